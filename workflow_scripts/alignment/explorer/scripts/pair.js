// One pair: which places of each picture make the network find it like the other.

/** Where the pair heatmaps of one picture towards another lie, or null. */
function entryOf(image, other, of = cohort()) {
  const found = pack(`pairs/${of.id}/${model().id}`);
  if (!found) return null;
  const { place } = of;
  const starts = typed(found.starts);
  const second = typed(found.second);
  const [row, column] = [place.get(image), place.get(other)];
  for (let k = starts[row]; k < starts[row + 1]; k++) if (second[k] === column) return k;
  return -1;
}

/** Which entry of the held-out shares is that of a listed pair, or null where it has none. */
function heldEntry(found, entry) {
  found.heldBefore ??= (() => {
    const bits = typed(found.held);
    const before = new Int32Array(found.second.shape[0] + 1);
    for (let k = 0; k + 1 < before.length; k++) {
      before[k + 1] = before[k] + ((bits[k >> 3] >> (k & 7)) & 1);
    }
    return before;
  })();
  const at = found.heldBefore[entry];
  return found.heldBefore[entry + 1] > at ? at : null;
}

/** Each place's similarity: shares times the number of places, so that their mean is the pair's. */
function localMap(image, other, kind) {
  let found = pack(`pairs/${both()}`);
  let of = cohort();
  if (found && kind === "all" && found.all_in) {
    of = cohorts[choose(found.all_in, cohorts)];
    found = pack(`pairs/${of.id}/${model().id}`);
  }
  const listed = entryOf(image, other, of);
  if (listed === null || listed < 0) return null;
  const entry = kind === "retained" ? heldEntry(found, listed) : listed;
  if (entry === null) return null;
  const packed = found[kind];
  const [, height, width] = packed.shape;
  const values = numbers(packed, entry, entry + 1).map((value) => value * height * width);
  return { key: `pair ${of.id}/${model().id} ${kind} ${entry}`, values, height, width };
}

const pair = {
  title: "Pair",
  painted: [],

  controls() {
    const options = (chosen) =>
      [...cohort().images].map((image) =>
        make("option", { value: image, text: nameOf(image), selected: image === chosen }),
      );
    const one = (label, key) =>
      make(
        "label",
        { class: "control" },
        make("span", { text: label }),
        make(
          "select",
          { id: `choose-${key}`, change: (event) => go({ [key]: Number(event.target.value) }) },
          ...options(state[key]),
        ),
      );
    const { height, width } = model();
    return [
      one("A", "image"),
      one("B", "other"),
      make("button", {
        type: "button",
        id: "swap",
        text: "Swap",
        click: () => go({ image: state.other, other: state.image }),
      }),
      switches("Look", "signs", [
        [false, "Light"],
        [true, "Two colours"],
      ]),
      tick(`Cells (${height} × ${width})`, "cells"),
    ];
  },

  draw(root) {
    const { image, other } = state;
    const found = allOf(`people/${cohort().id}`, `similarities/${both()}`, `pairs/${both()}`);
    if (!found) return;
    const [people, network] = found;
    const { images, place } = cohort();
    const at = pairPosition(place.get(image), place.get(other), images.length);
    const values = {
      people: all(people.judgments)[at],
      all: all(network.all)[at],
      retained: all(network.retained)[at],
    };
    const folds = typed(network.n_folds)[at];
    this.painted = [];
    root.append(
      make(
        "header",
        { class: "title" },
        make("h2", { text: `${nameOf(image)} and ${nameOf(other)}` }),
        this.gauge(values, folds, all(people.judgments)),
      ),
    );
    if (entryOf(image, other) < 0) {
      root.append(
        note(
          `Of more than ${contents.all_pairs} pictures only each one's nearest by people and by network have pair heatmaps, and these two are not among them.`,
        ),
      );
    }
    root.append(
      make(
        "div",
        { class: "twin" },
        this.side(image, other, values),
        this.side(other, image, values),
      ),
      note(
        state.signs
          ? "Orange: places that make the network find the picture like the other; blue: unlike. "
          : "Light: places that make the network find the picture like the other; blue: unlike. ",
        "The scale is the same for all pairs, so that pictures which the network finds unlike stay dark: full is a place that by itself would make the two as alike as a picture is to itself. The heatmap is about the network, not about people. ",
        model().pooled
          ? "The mean over places is exactly the similarity."
          : "This network's head is not a mean over places: the drops of the maps are spread by their own activity.",
      ),
    );
    this.paint();
  },

  gauge(values, folds, judgments) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of judgments) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const bar = (name, value, from, to, text) =>
      make(
        "div",
        { class: "gauge" },
        make("span", { text: name }),
        make(
          "div",
          {
            class: "meter",
            role: "meter",
            "aria-label": name,
            "aria-valuetext": text,
            "aria-valuenow": Number.isNaN(value) ? from : value,
            ...{ "aria-valuemin": from, "aria-valuemax": to },
          },
          make("span", { style: `width: ${Math.max(0, (100 * (value - from)) / (to - from)) || 0}%` }),
        ),
        make("b", { text }),
      );
    return make(
      "div",
      { class: "gauges" },
      make("span", { class: "muted", text: "How alike the two are" }),
      bar("people", values.people, low, high, decimals(values.people)),
      bar("all maps", values.all, 0, 1, decimals(values.all)),
      bar(
        "retained maps, held out",
        values.retained,
        0,
        1,
        folds ? `${decimals(values.retained)} (${folds} ${folds === 1 ? "fold" : "folds"})` : "in no test set together",
      ),
    );
  },

  side(image, other, values) {
    const figure = (kind, name, value) => {
      const canvas = canvasOf(image, 262, `${nameOf(image)}: ${name}`);
      const map = () => localMap(image, other, kind);
      this.painted.push([canvas, image, map]);
      const text = Number.isNaN(value)
        ? "not held out"
        : `${isNoise(value) ? "nothing to see: " : ""}similarity ${decimals(value)}`;
      return make(
        "figure",
        { class: isNoise(value) || Number.isNaN(value) ? "faint" : "" },
        canvas,
        make("figcaption", {}, make("b", { text: name }), make("span", { text })),
      );
    };
    return make(
      "section",
      {},
      make("h3", { text: `Where ${nameOf(image)} is like ${nameOf(other)}` }),
      make(
        "div",
        { class: "figures" },
        figure("all", "all maps", values.all),
        figure("retained", "retained maps, held out", values.retained),
      ),
      this.bestMaps(image, other),
    );
  },

  bestMaps(image, other) {
    const entry = entryOf(image, other);
    if (entry === null || entry < 0) return "";
    const found = pack(`pairs/${both()}`);
    const count = found.maps.shape[1];
    const scores = numbers(found.scores, entry, entry + 1);
    // In order, undefined ones last: those that add nothing are left out.
    const links = [...scores.keys()].filter((k) => scores[k] > 0).map((k) => {
      const map = typed(found.maps)[entry * count + k];
      const changes = { view: "map", map };
      return make("a", {
        href: link(changes),
        click: (event) => follow(event, changes),
        text: `map ${map} (${decimals(1000 * scores[k], 0)})`,
      });
    });
    if (!links.length) return "";
    return make(
      "p",
      { class: "note links" },
      "Maps that add most to this pair, AIS in thousandths: ",
      ...links.flatMap((one, k) => (k ? [", ", one] : [one])),
    );
  },

  paint() {
    for (const [canvas, image, map] of this.painted) {
      const found = map();
      if (found) paintSigned(canvas, image, found, state.signs);
      else paint(canvas, image, undefined, { look: "plain" });
    }
  },

  signature: () =>
    [state.cohort, state.model, state.image, state.other, state.signs].join("\n"),

  png() {
    const figures = [...document.querySelectorAll("#view figure")];
    return contactSheet(
      `${nameOf(state.image)} and ${nameOf(state.other)}, ${cohort().label}, ${model().label}`,
      figures.map((figure) => ({
        canvas: figure.querySelector("canvas"),
        caption: figure.querySelector("figcaption").textContent,
      })),
      300,
      2,
    );
  },

  rows() {
    const rows = [["image", "other", "kind", "row", "column", "share"]];
    for (const [image, other] of [
      [state.image, state.other],
      [state.other, state.image],
    ]) {
      for (const kind of KINDS) {
        const map = localMap(image, other, kind);
        if (!map) continue;
        map.values.forEach((value, k) => {
          const place = [Math.floor(k / map.width), k % map.width];
          const share = value / (map.height * map.width);
          rows.push([nameOf(image), nameOf(other), kind, ...place, share]);
        });
      }
    }
    return rows;
  },
};
