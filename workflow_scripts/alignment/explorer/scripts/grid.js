// Every picture of a cohort, lit where it matters.

/** What a group of pictures is called: numbers, and what is missing, tell nothing without their label. */
function headed(value) {
  return value && Number.isNaN(Number(value)) ? value : `${state.group}: ${value || "missing"}`;
}

/** The images of a cohort that pass the filter, in groups: [[heading, [image, ...]], ...]. */
function groupsShown() {
  // macOS may name files with letters and their accents apart, which no keyboard types.
  const plain = (text) => text.normalize("NFC").toLowerCase();
  const words = plain(state.search).split(/\s+/).filter(Boolean);
  const passes = (image) => {
    if (state.label && state.value && contents.labels[state.label][image] !== state.value) {
      return false;
    }
    const labels = columns.map((name) => contents.labels[name][image]);
    const text = plain([nameOf(image), ...labels].join(" "));
    return words.every((word) => text.includes(word));
  };
  const shown = [...cohort().images].filter(passes);
  if (state.sort === "fit") {
    const found = pack(`heatmaps/${both()}`);
    const fits = found ? typed(found.fit) : null;
    // A picture without r comes last.
    const fit = (image) => {
      const r = fits?.[cohort().place.get(image)];
      return r >= -1 ? r : -2;
    };
    shown.sort((a, b) => fit(b) - fit(a));
  }
  const groups = new Map();
  for (const image of shown) {
    const heading = state.group ? contents.labels[state.group][image] : "";
    if (!groups.has(heading)) groups.set(heading, []);
    groups.get(heading).push(image);
  }
  return [...groups];
}

const grid = {
  title: "Grid",
  cells: new Map(),
  visible: new Set(),
  watcher: null,

  controls() {
    // An empty value would stand beside "any", which it means.
    const values = [...(valuesOf.get(state.label) ?? [])].filter(Boolean).sort();
    return [
      heatmapControl(),
      ...lookControls(),
      choice("Groups", "group", [["", "none"], ...columns.map((name) => [name, name])]),
      choice("Order", "sort", [
        ["name", "as given"],
        ["fit", "r with people"],
      ]),
      columns.length
        ? choice("Only", "label", [["", "all"], ...columns.map((name) => [name, name])])
        : null,
      state.label
        ? choice("is", "value", [["", "any"], ...values.map((value) => [value, value])])
        : null,
    ];
  },

  draw(root) {
    this.watcher?.disconnect();
    this.cells.clear();
    this.visible.clear();
    this.watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const image = Number(target.dataset.image);
          this.visible[isIntersecting ? "add" : "delete"](image);
          if (isIntersecting) this.paintOne(image);
        }
      },
      { rootMargin: "120px" },
    );
    const groups = groupsShown();
    root.append(
      ...groups.map(([heading, images]) =>
        make(
          "section",
          { class: "group" },
          state.group
            ? make(
                "h2",
                {},
                make("span", { text: headed(heading) }),
                make("small", { text: String(images.length) }),
              )
            : null,
          make("div", { class: "cells" }, ...images.map((image) => this.cell(image))),
        ),
      ),
    );
    if (!groups.length) root.append(note("No picture passes the filter."));
    else root.prepend(this.explained());
    this.captions();
  },

  /** What light and r mean, and how many pictures have nothing to see. */
  explained() {
    const found = pack(`heatmaps/${both()}`);
    const [...fits] = found ? typed(found.fit) : [];
    const noise = fits.filter((r) => isNoise(r)).length;
    return note(
      `Lit: where the maps that help ${model().label} to predict people's judgments are active. r: how well its similarities of a picture fit people's.`,
      noise
        ? ` In ${noise} of ${fits.length} pictures r is below .10: they are faint, since heatmaps of what is not predicted show nothing.`
        : "",
    );
  },

  cell(image) {
    const cell = tile(image, 112, { view: "picture", image }, " ");
    this.cells.set(image, cell);
    this.watcher.observe(cell.firstChild);
    return cell;
  },

  captions() {
    const found = pack(`heatmaps/${both()}`);
    if (!found) return;
    const fits = typed(found.fit);
    for (const [image, cell] of this.cells) {
      const r = fits[cohort().place.get(image)];
      cell.lastChild.textContent = `r ${decimals(r)}`;
      cell.classList.toggle("faint", isNoise(r));
      cell.lastChild.title = "r with people (Methods says what this is)";
    }
  },

  paintOne(image) {
    const cell = this.cells.get(image);
    return !cell || paint(cell.firstChild, image, heatmapOf(image));
  },

  paint() {
    for (const image of this.visible) this.paintOne(image);
  },

  /** Paint also what is not in sight; returns whether all of it was there. */
  paintAll() {
    return [...this.cells.keys()].map((image) => this.paintOne(image)).every(Boolean);
  },

  /** Ask for what is saved: also the pictures that have not been scrolled to. */
  askPictures() {
    for (const image of this.cells.keys()) {
      pictureOf(image);
      heatmapOf(image);
    }
  },

  /** What a change of the state asks for: only pixels where only looks have changed. */
  signature: () =>
    [state.cohort, state.model, state.group, state.sort, state.label, state.value, state.search]
      .join("\n"),

  png() {
    const shown = groupsShown().flatMap(([, images]) => images);
    const items = shown.map((image) => {
      const canvas = make("canvas", fitted(image, 175));
      paint(canvas, image, heatmapOf(image));
      return { canvas, caption: nameOf(image) };
    });
    const kind = heatmaps.find(([name]) => name === state.heatmap)[1];
    const title = `${cohort().label}, ${model().label}: top ${state.top} % of ${kind}`;
    return contactSheet(title, items, 150, 12);
  },

  rows() {
    const found = pack(`heatmaps/${both()}`);
    const fits = typed(found.fit);
    return [
      ["image", ...columns, "cohort", "model", "r", "best_map", "best_map_ais"],
      ...groupsShown()
        .flatMap(([, images]) => images)
        .map((image) => {
          const row = cohort().place.get(image);
          const best = row * found.maps.shape[1];
          const score = typed(found.scores)[best];
          const adds = score > 0;
          return [
            nameOf(image),
            ...columns.map((name) => contents.labels[name][image]),
            cohort().id,
            model().id,
            fits[row],
            adds ? typed(found.maps)[best] : "",
            adds ? score : "",
          ];
        }),
    ];
  },
};
