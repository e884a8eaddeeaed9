// How well similarities predict judgments, in numbers: all maps, retained maps, the ceiling.

const FIT_NAMES = {
  r2: "explained variance of held-out judgments, R²",
  pearson: "correlation with held-out judgments, r",
  spearman: "rank correlation with held-out judgments, ρ",
};

/** A p-value as journals print it. */
function printedP(p) {
  if (!Number.isFinite(p)) return "–";
  return p < 0.001 ? "< .001" : decimals(p, p < 0.01 ? 3 : 2);
}

const COLUMNS = [
  ["cohort", (row) => cohorts[choose(row.cohort, cohorts)].label],
  ["network", (row) => models[choose(row.model, models)].label],
  ["pictures", (row) => String(cohorts[choose(row.cohort, cohorts)].images.length)],
  ["folds", (row) => String(row.n_folds)],
  ["all maps", (row) => decimals(row.test_full, 3)],
  ["retained maps", (row) => decimals(row.test_retained, 3)],
  ["difference [interval]", (row) => `${decimals(row.difference, 3)}${interval(row)}`],
  ["p (corrected)", (row) => printedP(row.p_holm)],
  ["ceiling", (row) => decimals(row.ceiling, 2)],
  ["maps retained", (row) => `${Math.round(row.n_retained_mean)} of ${models[choose(row.model, models)].maps}`],
];

function interval(row) {
  if (!Number.isFinite(row.corrected_low)) return "";
  return ` [${decimals(row.corrected_low, 3)}, ${decimals(row.corrected_high, 3)}]`;
}

const numbersView = {
  title: "Numbers",
  controls: () => [],

  draw(root) {
    const rows = contents.numbers;
    this.chart = chart(
      () => 46 + rows.length * 26 + cohorts.length * 26,
      "held-out fit of all and of the retained maps; the table below has the numbers",
      (context, width, height) => this.plot(context, width, height),
    );
    root.append(
      make("h2", { text: FIT_NAMES[contents.fit].replace(/^./, (c) => c.toUpperCase()) }),
      this.chart.frame,
      note(
        "Ring: all maps. Dot: the maps retained by the training images of each fold. Bar: the interval of their difference that goes with the test, drawn from the ring: all of it lies above the ring where p < .05. Dashed: the ceiling that the judgments' reliability leaves. ",
        "p: one-sided, corrected for images that folds share and for the number of tests.",
      ),
      make(
        "div",
        { class: "scroll" },
        make(
          "table",
          {},
          make("thead", {}, make("tr", {}, ...COLUMNS.map(([name]) => make("th", { text: name })))),
          make(
            "tbody",
            {},
            ...rows.map((row) =>
              make("tr", {}, ...COLUMNS.map(([, text]) => make("td", { text: text(row) }))),
            ),
          ),
        ),
      ),
    );
  },

  plot(context, width) {
    const rows = contents.numbers;
    const left = Math.min(230, width * 0.34);
    const right = 56;
    const values = rows.flatMap((row) => [
      ...[row.test_full, row.test_retained, row.ceiling, row.test_full + row.corrected_high],
      ...[0, row.test_full + row.corrected_low],
    ]);
    const known = values.filter(Number.isFinite);
    const low = Math.min(0, ...known);
    const high = Math.max(...known) * 1.03;
    const x = (value) => left + ((value - low) / (high - low)) * (width - left - right);
    const [text, muted, line] = ["--text", "--muted", "--line"].map(colourOf);
    let y = 18;
    const bottom = 18 + rows.length * 26 + cohorts.length * 26;
    context.textBaseline = "middle";
    for (const value of niceTicks(low, high)) {
      context.strokeStyle = line;
      context.beginPath();
      context.moveTo(x(value), 8);
      context.lineTo(x(value), bottom);
      context.stroke();
      context.fillStyle = muted;
      context.textAlign = "center";
      context.fillText(printed(value), x(value), bottom + 14);
    }
    for (const one of cohorts) {
      const of = rows.filter((row) => row.cohort === one.id);
      context.textAlign = "left";
      context.fillStyle = text;
      context.font = context.font.replace(/^(bold )?/, "bold ");
      context.fillText(`${one.label} (${one.images.length} pictures)`, 0, y, left + 60);
      context.font = context.font.replace(/^bold /, "");
      y += 26;
      const ceiling = of[0]?.ceiling;
      if (Number.isFinite(ceiling)) {
        context.strokeStyle = muted;
        context.setLineDash([4, 3]);
        context.beginPath();
        context.moveTo(x(ceiling), y - 14);
        context.lineTo(x(ceiling), y - 12 + of.length * 26);
        context.stroke();
        context.setLineDash([]);
      }
      for (const row of of) {
        const colour = colourOf(`--model-${choose(row.model, models) % 6}`);
        context.fillStyle = muted;
        context.textAlign = "left";
        context.fillText(models[choose(row.model, models)].label, 12, y, left - 20);
        context.strokeStyle = colour;
        context.fillStyle = colour;
        if (Number.isFinite(row.corrected_low)) {
          context.globalAlpha = 0.3;
          const from = x(row.test_full + row.corrected_low);
          context.fillRect(from, y - 4, x(row.test_full + row.corrected_high) - from, 8);
          context.globalAlpha = 1;
        }
        context.lineWidth = 2;
        context.beginPath();
        context.moveTo(x(row.test_full), y);
        context.lineTo(x(row.test_retained), y);
        context.stroke();
        context.beginPath();
        context.arc(x(row.test_retained), y, 5, 0, 7);
        context.fill();
        context.fillStyle = colourOf("--ground");
        context.beginPath();
        context.arc(x(row.test_full), y, 5, 0, 7);
        context.fill();
        context.stroke();
        context.lineWidth = 1;
        context.fillStyle = text;
        context.textAlign = "right";
        context.fillText(`p ${printedP(row.p_holm).replace(/^(?![<–])/, "= ")}`, width, y);
        y += 26;
      }
    }
  },

  paint() {
    this.chart?.redraw();
  },

  signature: () => "",

  png() {
    const { canvas } = this.chart;
    return contactSheet("Held-out fit", [{ canvas, caption: "" }], canvas.width);
  },

  rows() {
    const names = Object.keys(contents.numbers[0]);
    return [names, ...contents.numbers.map((row) => names.map((name) => row[name]))];
  },
};
