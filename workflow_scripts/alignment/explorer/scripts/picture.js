// One picture: what each network sees in it, beside what is salient, and what lies near it.

const SALIENCY_NOTE =
  "Bottom-up saliency is what stands out in the picture, the same for every comparison, and was not made from anyone's gaze; the Gaussian is a blob in the middle.";

/** The saliency map of a picture by a source; it covers the picture, whatever the framing. */
function saliencyOf(image, source) {
  const found = pack("saliency");
  return found && mapIn(found[source], image, `saliency ${source}`, "stretch");
}

/** The images most like one, by values of pairs in the upper triangle: [[image, value], ...]. */
function nearestTo(image, values, count) {
  const { images, place } = cohort();
  const row = place.get(image);
  const found = [];
  images.forEach((other, k) => {
    if (k === row) return;
    const value = values[pairPosition(row, k, images.length)];
    if (!Number.isNaN(value)) found.push([other, value]);
  });
  return found.sort((a, b) => b[1] - a[1]).slice(0, count);
}

const picture = {
  title: "Picture",
  painted: [],

  controls() {
    return [
      make(
        "label",
        { class: "control" },
        make("span", { text: "Picture" }),
        make(
          "select",
          { id: "choose-image", change: (event) => go({ image: Number(event.target.value) }) },
          ...[...cohort().images].map((image) =>
            make("option", { value: image, text: nameOf(image), selected: image === state.image }),
          ),
        ),
      ),
      ...lookControls(),
    ];
  },

  draw(root) {
    const { image } = state;
    this.painted = [];
    const labels = columns
      .filter((name) => contents.labels[name][image])
      .map((name) => `${name}: ${contents.labels[name][image]}`)
      .join(" · ");
    root.append(
      make(
        "header",
        { class: "title" },
        make("h2", { text: nameOf(image) }),
        make("p", { class: "note", text: labels }),
      ),
      make(
        "div",
        { class: "figures" },
        this.figure("the picture", "as it is", undefined, { look: "plain" }),
        ...models.flatMap((one, k) => this.heatmaps(one, k)),
        ...contents.saliency.map(({ id, label, kind }) =>
          this.figure(label, kind, () => saliencyOf(image, id)),
        ),
      ),
      contents.saliency.length ? note(SALIENCY_NOTE) : "",
      this.bestMaps(image),
      this.neighbours(image),
    );
    this.paint();
  },

  /** What a network sees in the picture, by each kind of heatmap. */
  heatmaps(one, k) {
    const { image } = state;
    const found = pack(`heatmaps/${cohort().id}/${one.id}`);
    const r = found ? typed(found.fit)[cohort().place.get(image)] : NaN;
    return heatmaps.map(([kind, label]) => {
      const name = heatmaps.length > 1 ? `${one.label}, ${label}` : one.label;
      const said = `${isNoise(r) ? "nothing to see: " : ""}r with people ${decimals(r)}`;
      const made = this.figure(name, said, () => heatmapOf(image, k, kind));
      made.classList.toggle("faint", isNoise(r));
      return made;
    });
  },

  figure(name, text, map, options = {}) {
    const canvas = canvasOf(state.image, 190, `${nameOf(state.image)}: ${name}`);
    this.painted.push([canvas, state.image, map, options]);
    return make(
      "figure",
      {},
      canvas,
      make("figcaption", {}, make("b", { text: name }), make("span", { text })),
    );
  },

  bestMaps(image) {
    const found = pack(`heatmaps/${both()}`);
    const folds = pack(`folds/${both()}`);
    if (!found || !folds) return "";
    const row = cohort().place.get(image);
    const count = found.maps.shape[1];
    const shares = typed(folds.share);
    const scores = typed(found.scores).subarray(row * count, (row + 1) * count);
    // In order, undefined ones last: those that add nothing are left out.
    const adding = [...scores.keys()].filter((k) => scores[k] > 0);
    if (!adding.length) return "";
    const tiles = adding.map((k) => {
      const place = row * count + k;
      const map = typed(found.maps)[place];
      const score = scores[k];
      const share = `${Math.round(100 * shares[map])} %`;
      const gain = thousandths(score);
      const label = `map ${map}: AIS ${gain} thousandths, retained in ${share} of folds`;
      const made = tile(image, 104, { view: "map", map }, `map ${map}`, label);
      made.append(make("span", { class: "caption muted", text: `${gain} · ${share}` }));
      const look = () => mapIn(found.looks, place, `looks ${both()}`);
      this.painted.push([made.firstChild, image, look, { look: "spotlight", top: 20 }]);
      return made;
    });
    return make(
      "section",
      {},
      make("h3", { text: `The maps of ${model().label} that add most here` }),
      note("Lit: the map's own top 20 %. Below: its AIS in thousandths of r, and the share of folds that retain it."),
      make("div", { class: "row" }, ...tiles),
    );
  },

  neighbours(image) {
    const people = pack(`people/${cohort().id}`);
    const found = pack(`similarities/${both()}`);
    if (!people || !found) return "";
    const list = (heading, values) =>
      make(
        "section",
        {},
        make("h3", { text: heading }),
        make(
          "div",
          { class: "row" },
          ...nearestTo(image, values, 8).map(([other, value]) => {
            const made = tile(other, 84, { view: "pair", other }, decimals(value));
            this.painted.push([made.firstChild, other, undefined, { look: "plain" }]);
            return made;
          }),
        ),
      );
    return make(
      "div",
      { class: "beside" },
      list("Most alike according to people", all(people.judgments)),
      list(`Most alike according to ${model().label}`, all(found.all)),
    );
  },

  paint() {
    for (const [canvas, image, map, options] of this.painted) paint(canvas, image, map?.(), options);
  },

  /** Ask for what is saved: the table tells of all networks. */
  askNumbers() {
    for (const { id } of models) {
      allOf(`heatmaps/${cohort().id}/${id}`, `folds/${cohort().id}/${id}`);
    }
  },

  signature: () => [state.cohort, state.model, state.image].join("\n"),

  png() {
    const figures = document.querySelectorAll("#view figure");
    return contactSheet(
      `${nameOf(state.image)} in ${cohort().label}: top ${state.top} %`,
      [...figures].map((figure) => ({
        canvas: figure.querySelector("canvas"),
        caption: figure.querySelector("b").textContent,
      })),
      220,
    );
  },

  rows() {
    const row = cohort().place.get(state.image);
    const rows = [["image", "cohort", "model", "r", "map", "ais", "share_of_folds"]];
    for (const one of models) {
      const name = `${cohort().id}/${one.id}`;
      const found = pack(`heatmaps/${name}`);
      const folds = pack(`folds/${name}`);
      if (!found || !folds) continue;
      const count = found.maps.shape[1];
      for (let k = 0; k < count; k++) {
        const map = typed(found.maps)[row * count + k];
        rows.push([
          ...[nameOf(state.image), cohort().id, one.id, typed(found.fit)[row], map],
          ...[typed(found.scores)[row * count + k], typed(folds.share)[map]],
        ]);
      }
    }
    return rows;
  },
};
