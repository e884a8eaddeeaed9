// One feature map: the pictures that excite it, its score in each cohort and fold, where it looks.

/** The maps of a network that folds retain most often, best first. */
function stableFirst() {
  const found = pack(`folds/${both()}`);
  if (!found) return null;
  found.order ??= (() => {
    const share = typed(found.share);
    const scores = all(found.scores);
    const folds = found.scores.shape[1];
    const mean = Array.from(share, (_, map) => {
      let [sum, n] = [0, 0];
      for (let k = 0; k < folds; k++) {
        const value = scores[map * folds + k];
        if (!Number.isNaN(value)) [sum, n] = [sum + value, n + 1];
      }
      return n ? sum / n : -Infinity;
    });
    return [...share.keys()].sort((a, b) => share[b] - share[a] || mean[b] - mean[a] || a - b);
  })();
  return found.order;
}

const mapShown = () => state.map ?? stableFirst()?.[0] ?? null;

const featureMap = {
  title: "Feature map",
  painted: [],

  controls() {
    const order = stableFirst();
    if (!order) return [];
    const map = mapShown();
    const at = order.indexOf(map);
    const step = (by, text) =>
      make("button", {
        type: "button",
        id: by < 0 ? "more-stable" : "less-stable",
        text,
        click: () => go({ map: order[(at + by + order.length) % order.length] }),
      });
    const input = make("input", {
      type: "number",
      id: "choose-map",
      ...{ min: 0, max: model().maps - 1, value: map },
      change: () => go({ map: Number(input.value) }),
    });
    return [
      make("label", { class: "control" }, make("span", { text: "Map" }), input),
      step(-1, "More stable"),
      step(1, "Less stable"),
      make("span", { class: "control muted", text: `${at + 1} of ${order.length} by share of folds` }),
      tick(`Cells (${model().height} × ${model().width})`, "cells"),
    ];
  },

  draw(root) {
    const map = mapShown();
    const found = pack(`maps/${model().id}`);
    if (map === null || !found) return;
    this.painted = [];
    root.append(
      make(
        "header",
        { class: "title" },
        make("h2", { text: `Map ${map} of ${model().label}` }),
        note(`The pictures of ${contents.dataset.label} that excite it most; lit: its top 20 % of each.`),
      ),
      this.exciting(found, map),
      make("h3", { text: "Its score in each cohort and fold" }),
      this.scores(map),
      note(
        "One mark a fold: full where the fold retains the map, a ring where it does not. AIS in thousandths of the fit; right of the line the map helps.",
      ),
      this.helped(map),
    );
    this.paint();
  },

  exciting(found, map) {
    const count = found.top.shape[1];
    const tiles = [];
    for (let k = 0; k < count; k++) {
      const image = typed(found.top)[map * count + k];
      if (image >= contents.images.length) continue;
      const inCohort = cohort().place.has(image);
      const changes = inCohort ? { view: "picture", image } : { view: "map", map };
      const made = tile(image, 150, changes, nameOf(image));
      const place = map * count + k;
      const look = () => mapIn(found.looks, place, `maps ${model().id}`);
      this.painted.push([made.firstChild, image, look, { look: "spotlight", top: 20 }]);
      tiles.push(made);
    }
    if (!tiles.length) return note("No picture excites this map.");
    return make("div", { class: "row large" }, ...tiles);
  },

  scores(map) {
    const rows = cohorts.map((one) => {
      const found = pack(`folds/${one.id}/${model().id}`);
      if (!found) return { label: one.label, values: [], retained: [] };
      const folds = found.scores.shape[1];
      const bytes = found.retained.shape[1];
      const bits = typed(found.retained).subarray(map * bytes, (map + 1) * bytes);
      return {
        label: one.label,
        values: [...numbers(found.scores, map, map + 1)].map((value) => 1000 * value),
        retained: Array.from({ length: folds }, (_, k) => (bits[k >> 3] >> (k & 7)) & 1),
        share: typed(found.share)[map],
      };
    });
    this.chart = chart(
      () => rows.length * 46 + 46,
      rows
        .map(({ label, share }) => `${label}: retained in ${Math.round(100 * share)} % of folds`)
        .join("; "),
      (context, width) => {
        const left = Math.min(200, width * 0.32);
        const known = rows.flatMap(({ values }) => values).filter(Number.isFinite);
        const low = Math.min(0, ...known);
        const high = Math.max(0, ...known, low + 1e-6);
        const x = (value) => left + ((value - low) / (high - low)) * (width - left - 14);
        const bottom = rows.length * 46;
        context.textBaseline = "middle";
        context.strokeStyle = colourOf("--muted");
        context.beginPath();
        context.moveTo(x(0), 0);
        context.lineTo(x(0), bottom);
        context.stroke();
        context.fillStyle = colourOf("--muted");
        context.textAlign = "center";
        for (const value of niceTicks(low, high, Math.max(2, width / 160))) {
          context.fillText(printed(value), x(value), bottom + 12);
        }
        context.textAlign = "center";
        context.fillText("AIS, thousandths", (left + width) / 2, bottom + 32);
        rows.forEach(({ label, values, retained, share }, k) => {
          const y = k * 46 + 23;
          context.textAlign = "left";
          context.fillStyle = colourOf("--text");
          context.fillText(label, 0, y - 7, left - 10);
          context.fillStyle = colourOf("--muted");
          context.fillText(`${Math.round(100 * share)} % of folds`, 0, y + 9, left - 10);
          context.strokeStyle = colourOf(`--model-${state.model % 6}`);
          context.fillStyle = context.strokeStyle;
          values.forEach((value, fold) => {
            if (Number.isNaN(value)) return;
            context.beginPath();
            context.arc(x(value), y + ((fold % 5) - 2) * 6, 3, 0, 7);
            if (retained[fold]) context.fill();
            else context.stroke();
          });
        });
      },
    );
    return this.chart.frame;
  },

  helped(map) {
    const found = pack(`folds/${both()}`);
    if (!found) return "";
    const gains = numbers(found.gains, map, map + 1);
    const rows = typed(found.helped).subarray(map * gains.length, (map + 1) * gains.length);
    const order = [...gains.keys()].filter((k) => gains[k] > 0);
    if (!order.length) return "";
    return make(
      "section",
      {},
      make("h3", { text: `Pictures of ${cohort().label} whose comparisons it helps most` }),
      note("AIS of the map for the picture, in thousandths of r."),
      make(
        "div",
        { class: "row" },
        ...order.map((k) => {
          const image = cohort().images[rows[k]];
          const made = tile(image, 84, { view: "picture", image }, thousandths(gains[k]));
          this.painted.push([made.firstChild, image, undefined, { look: "plain" }]);
          return made;
        }),
      ),
    );
  },

  paint() {
    for (const [canvas, image, map, options] of this.painted) paint(canvas, image, map?.(), options);
    this.chart?.redraw();
  },

  signature: () => [state.cohort, state.model, state.map].join("\n"),

  png() {
    const tiles = [...document.querySelectorAll("#view .row.large a")];
    return contactSheet(
      `Map ${mapShown()} of ${model().label}`,
      tiles.map((one) => ({ canvas: one.querySelector("canvas"), caption: one.textContent })),
      150,
    );
  },

  rows() {
    const map = mapShown();
    const rows = [["map", "cohort", "model", "seed", "fold", "ais", "retained"]];
    for (const one of cohorts) {
      const found = pack(`folds/${one.id}/${model().id}`);
      if (!found) continue;
      const bytes = found.retained.shape[1];
      // Seed by seed: each has as many folds.
      const { seeds } = contents;
      const ofSeed = found.scores.shape[1] / seeds.length;
      numbers(found.scores, map, map + 1).forEach((value, k) => {
        const kept = (typed(found.retained)[map * bytes + (k >> 3)] >> (k & 7)) & 1;
        const seed = seeds[Math.floor(k / ofSeed)];
        rows.push([map, one.id, model().id, seed, k % ofSeed, value, kept]);
      });
    }
    return rows;
  },
};
