// How well similarities predict judgments, in numbers: all maps, retained maps, controls, the ceiling.

const FIT_NAMES = {
  r2: "explained variance of held-out judgments, R²",
  pearson: "correlation with held-out judgments, r",
  spearman: "rank correlation with held-out judgments, ρ",
};

const NAMES_OF_FITS = { r2: "R²", pearson: "r", spearman: "ρ" };

/** Draw the fit of all maps (ring) and of the retained ones (dot), what is defined of them. */
function drawFits(context, full, retained, y) {
  context.lineWidth = 2;
  context.beginPath();
  if (full !== null && retained !== null) {
    context.moveTo(full, y);
    context.lineTo(retained, y);
    context.stroke();
  }
  if (retained !== null) {
    context.beginPath();
    context.arc(retained, y, 5, 0, 7);
    context.fill();
  }
  if (full !== null) {
    context.fillStyle = colourOf("--ground");
    context.beginPath();
    context.arc(full, y, 5, 0, 7);
    context.fill();
    context.stroke();
  }
  context.lineWidth = 1;
}

/** Draw the difference of the two, and its interval. */
function drawGain(context, x, row, colour, y) {
  if (!Number.isFinite(row.difference)) return;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  if (interval(row)) {
    context.lineWidth = 2;
    strokeLine(context, x(row.interval_low), y, x(row.interval_high), y);
    context.lineWidth = 1;
  }
  context.beginPath();
  context.arc(x(row.difference), y, 4, 0, 7);
  context.fill();
}

function strokeLine(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

/** Draw an axis that holds zero and all values; returns where each value lies. */
function axisOf(context, values, left, room, bottom, name) {
  const known = values.filter(Number.isFinite);
  const low = Math.min(0, ...known);
  const most = Math.max(0, ...known) * 1.03;
  const high = most > low ? most : 1; // where nothing is defined
  const x = (value) => left + ((value - low) / (high - low)) * room;
  const [muted, line] = ["--muted", "--line"].map(colourOf);
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillStyle = muted;
  for (const value of niceTicks(low, high)) {
    context.strokeStyle = value === 0 ? muted : line;
    strokeLine(context, x(value), 8, x(value), bottom);
    context.fillText(printed(value), x(value), bottom + 14);
  }
  context.fillText(name, left + room / 2, bottom + 31, room);
  return x;
}

/** A p-value as journals print it. */
function printedP(p) {
  if (!Number.isFinite(p)) return "–";
  return p < 0.001 ? "< .001" : decimals(p, p < 0.1 ? 3 : 2);
}

/** How many pictures a cohort has, and how many a fold tests where these are few. */
function picturesOf(row) {
  const n = cohorts[choose(row.cohort, cohorts)].images.length;
  return row.few ? `${n} (${row.few} a fold: few)` : String(n);
}

const COLUMNS = [
  ["cohort", (row) => cohorts[choose(row.cohort, cohorts)].label],
  ["network", (row) => models[choose(row.model, models)].label],
  ["pictures", picturesOf],
  ["folds", (row) => String(row.n_folds)],
  ["all maps", (row) => decimals(row.test_full, 3)],
  ["retained maps", (row) => decimals(row.test_retained, 3)],
  ["difference [95 % interval]", (row) => `${decimals(row.difference, 3)}${interval(row)}`],
  ["p (corrected)", (row) => printedP(row.p_holm)],
  ["ceiling", (row) => decimals(row.ceiling, 2)],
  [
    "maps retained",
    (row) => `${decimals(row.n_retained_mean, 0)} of ${models[choose(row.model, models)].maps}`,
  ],
];

const CONTROL_COLUMNS = [
  ...COLUMNS.slice(0, 2),
  ["control", (row) => row.label],
  ["folds", (row) => String(row.n_folds)],
  ["control's fit", (row) => decimals(row.test_control, 3)],
  ["retained maps", (row) => decimals(row.test_retained, 3)],
  ["retained minus control [95 % interval]", (row) => `${decimals(row.difference, 3)}${interval(row)}`],
  ["p (corrected)", (row) => printedP(row.p_holm)],
];

const INFLUENCE_COLUMNS = [
  ...COLUMNS.slice(0, 2),
  ["best map", (row) => `${row.best_map} (${Math.round(100 * row.best_share)} % of folds)`],
  ["difference", (row) => decimals(row.difference, 3)],
  [
    "without it [95 % interval]",
    (row) => `${decimals(row.difference_without, 3)}${interval(row)}`,
  ],
  ["p (corrected)", (row) => printedP(row.p_holm)],
];

const LABEL_COLUMNS = [
  ...COLUMNS.slice(0, 2),
  ["label", (row) => `${row.label} (${row.n_groups} groups)`],
  ["label's fit", (row) => decimals(row.test_label, 3)],
  ["retained maps", (row) => decimals(row.test_retained, 3)],
  ["retained minus label [95 % interval]", (row) => `${decimals(row.difference, 3)}${interval(row)}`],
  ["p (corrected)", (row) => printedP(row.p_holm)],
  ["r within groups: all maps", (row) => decimals(row.within_full)],
  ["retained maps", (row) => decimals(row.within_retained)],
];

// What is shown where there is any of it: heading, what it means, columns, rows
const CHECKS = [
  [
    "Beside controls",
    "What the retained maps are compared with on the same folds. The interval is that of the difference, 95 %, not corrected for the number of tests. p: two-sided, corrected for images that folds share and for the number of these tests.",
    CONTROL_COLUMNS,
    "controls",
  ],
  [
    "Without the best map",
    "The difference of retained and all maps when the map with the highest training AIS of each fold is taken away from both: does it hang on a single map? No maps are chosen anew. p: one-sided, corrected as above.",
    INFLUENCE_COLUMNS,
    "influence",
  ],
  [
    "Beside labels",
    "Whether two pictures have the same label, as a prediction of their judged similarity; nothing is learned for it. p: two-sided, corrected as above. r within groups: of judgments and similarities, each less the mean of its two groups.",
    LABEL_COLUMNS,
    "label_tests",
  ],
];

/** Draw the mark of a control, around its middle: controls differ in shape, networks in colour. */
const CONTROL_MARKS = [
  (context, x, y) => {
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x - 4, y + 4);
    context.lineTo(x + 4, y - 4);
  },
  (context, x, y) => {
    context.moveTo(x, y - 5);
    context.lineTo(x + 5, y + 4);
    context.lineTo(x - 5, y + 4);
    context.closePath();
  },
  (context, x, y) => context.rect(x - 4, y - 4, 8, 8),
];

const controlLabels = () => [...new Set(contents.controls.map((row) => row.label))];

function tableOf(columns, rows) {
  return make(
    "div",
    { class: "scroll" },
    make(
      "table",
      {},
      make("thead", {}, make("tr", {}, ...columns.map(([name]) => make("th", { text: name })))),
      make(
        "tbody",
        {},
        ...rows.map((row) =>
          make("tr", {}, ...columns.map(([, text]) => make("td", { text: text(row) }))),
        ),
      ),
    ),
  );
}

function interval(row) {
  if (!Number.isFinite(row.interval_low)) return "";
  return ` [${decimals(row.interval_low, 3)}, ${decimals(row.interval_high, 3)}]`;
}

const numbersView = {
  title: "Numbers",
  controls: () => [],

  draw(root) {
    const rows = contents.numbers;
    this.chart = chart(
      () => 60 + rows.length * 26 + cohorts.length * 26,
      "held-out fit of all and of the retained maps, and their difference; the table below has the numbers",
      (context, width, height) => this.plot(context, width, height),
    );
    root.append(
      make("h2", { text: FIT_NAMES[contents.fit].replace(/^./, (c) => c.toUpperCase()) }),
      this.chart.frame,
      note(
        "Ring: all maps. Dot: the maps retained by the training images of each fold. To the right their difference, with its 95 % interval, which allows for images that folds share and not for the number of tests. ",
        rows.some((row) => Number.isFinite(row.ceiling))
          ? "Dashed: the ceiling that the judgments' reliability leaves. "
          : "",
        "p: one-sided, corrected for images that folds share and for the number of tests.",
        ...controlLabels().map((label, k) =>
          make("span", { text: ` ${["Cross", "Triangle", "Square"][k % 3]}: ${label}.` }),
        ),
      ),
      tableOf(COLUMNS, rows),
    );
    for (const [heading, said, columns, name] of CHECKS) {
      const found = contents[name];
      if (found.length) {
        root.append(make("h3", { text: heading }), note(said), tableOf(columns, found));
      }
    }
  },

  plot(context, width) {
    const rows = contents.numbers;
    const left = Math.min(230, width * 0.34);
    const room = width - left - 60; // p-values at the right
    const bottom = 18 + (rows.length + cohorts.length) * 26;
    const labels = controlLabels();
    const fits = [...rows, ...contents.controls].flatMap((row) => [
      row.test_control,
      row.test_full,
      row.test_retained,
      row.ceiling,
    ]);
    const gains = rows.flatMap((row) => [row.difference, row.interval_low, row.interval_high]);
    const x = axisOf(context, fits, left, room * 0.6, bottom, NAMES_OF_FITS[contents.fit]);
    const gain = axisOf(context, gains, left + room * 0.66, room * 0.34, bottom, "difference");
    const [text, muted] = ["--text", "--muted"].map(colourOf);
    let y = 18;
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
        strokeLine(context, x(ceiling), y - 14, x(ceiling), y - 12 + of.length * 26);
        context.setLineDash([]);
      }
      for (const row of of) {
        const colour = colourOf(`--model-${choose(row.model, models) % 6}`);
        context.fillStyle = muted;
        context.textAlign = "left";
        context.fillText(models[choose(row.model, models)].label, 12, y, left - 20);
        context.strokeStyle = colour;
        context.fillStyle = colour;
        context.lineWidth = 1.3;
        for (const control of contents.controls) {
          if (control.cohort !== row.cohort || control.model !== row.model) continue;
          if (!Number.isFinite(control.test_control)) continue;
          context.beginPath();
          CONTROL_MARKS[labels.indexOf(control.label) % 3](context, x(control.test_control), y);
          context.stroke();
        }
        const [full, retained] = [row.test_full, row.test_retained].map((value) =>
          Number.isFinite(value) ? x(value) : null,
        );
        drawFits(context, full, retained, y);
        drawGain(context, gain, row, colour, y);
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
    const labels = controlLabels();
    const told = ["test_control", "difference", "interval_low", "interval_high", "p_holm"];
    const beside = (row, label) => {
      const found = contents.controls.find(
        (one) => one.label === label && one.cohort === row.cohort && one.model === row.model,
      );
      return told.map((name) => found?.[name]);
    };
    return [
      [...names, ...labels.flatMap((label) => told.map((name) => `${label}: ${name}`))],
      ...contents.numbers.map((row) => [
        ...names.map((name) => row[name]),
        ...labels.flatMap((label) => beside(row, label)),
      ]),
    ];
  },
};
