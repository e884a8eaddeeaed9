// Pictures as a map: by people, by all maps, by the retained maps, and the ways between.

const STAGES = ["people", "all", "retained"];
const STAGE_NAMES = ["people", "all maps", "retained maps, held out"];

const arrangement = {
  title: "Arrangement",
  chosen: null,

  controls() {
    return [
      slider("Arranged by", "morph", 0, 2, 0.02, (value) => {
        const near = Math.round(value);
        return Math.abs(value - near) < 0.01 ? STAGE_NAMES[near] : "between";
      }),
      ...STAGE_NAMES.map((name, k) =>
        make("button", {
          type: "button",
          id: `arrange-${STAGES[k]}`,
          text: name,
          click: () => this.travel(k),
        }),
      ),
    ];
  },

  /** Move to a stage in steps, or at once where people have asked for less motion. */
  travel(stage) {
    cancelAnimationFrame(this.frame);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return go({ morph: stage });
    const [from, start] = [state.morph, performance.now()];
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / 900));
      const eased = share * share * (3 - 2 * share);
      go({ morph: Math.round((from + (stage - from) * eased) * 100) / 100 });
      const input = byId("slide-morph");
      if (input) input.value = state.morph;
      if (share < 1 && state.view === "arrangement") this.frame = requestAnimationFrame(step);
      else showControls();
    };
    this.frame = requestAnimationFrame(step);
    return undefined;
  },

  draw(root) {
    const found = pack(`arrangements/${both()}`);
    if (!found) return;
    this.stages = STAGES.map((name) => typed(found[name]));
    this.chosen = null;
    this.chart = chart(
      (width) => Math.min(width, Math.max(420, window.innerHeight - 260)),
      "pictures arranged so that those that are alike lie close together",
      (context, width, height) => this.plot(context, width, height),
      { tabindex: 0 },
    );
    const { canvas } = this.chart;
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.choose(null));
    canvas.addEventListener("click", () => this.open());
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.open();
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      event.stopPropagation();
      const n = cohort().images.length;
      const by = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : n - 1;
      this.choose(((this.chosen ?? 0) + by) % n);
    });
    this.said = make("p", { class: "note", "aria-live": "polite" });
    root.append(
      this.chart.frame,
      this.said,
      note(
        "Multidimensional scaling of the similarities, each turned to match people's. Tails lead from where a picture was a stage before. The plane keeps a part of the similarities only: look at the pairs before believing a distance.",
      ),
    );
    this.choose(null);
  },

  place(row, width, height, morph = state.morph) {
    const first = Math.min(1, Math.floor(morph));
    const share = morph - first;
    const [a, b] = [this.stages[first], this.stages[first + 1]];
    const scale = Math.min(width, height) / 2 - 34;
    const stretch = Math.min(1.6, width / height);
    const at = (axis) => a[2 * row + axis] * (1 - share) + b[2 * row + axis] * share;
    return [width / 2 + at(0) * scale * Math.max(1, stretch), height / 2 - at(1) * scale];
  },

  plot(context, width, height) {
    const { images } = cohort();
    const side = Math.max(18, Math.min(52, Math.sqrt((width * height) / images.length) * 0.42));
    this.size = { width, height, side };
    // All at once: to draw from a canvas that has changed copies it.
    this.gather(side);
    if (state.morph > 0) images.forEach((_, row) => this.tail(context, row, width, height));
    images.forEach((image, row) => {
      if (row !== this.chosen) this.thumb(context, image, row, side);
    });
    if (this.chosen !== null) this.thumb(context, images[this.chosen], this.chosen, side * 2.2);
  },

  /** A line from where a picture was a stage before, that fades towards its beginning. */
  tail(context, row, width, height) {
    const from = Math.max(0, state.morph - 1);
    const steps = 10;
    context.strokeStyle = colourOf(row === this.chosen ? "--accent" : "--muted");
    context.lineWidth = row === this.chosen ? 2 : 1;
    for (let k = 0; k < steps; k++) {
      const ends = [k, k + 1].map((step) => from + ((state.morph - from) * step) / steps);
      context.globalAlpha = (row === this.chosen ? 1 : 0.6) * ((k + 1) / steps) ** 2;
      context.beginPath();
      context.moveTo(...this.place(row, width, height, ends[0]));
      context.lineTo(...this.place(row, width, height, ends[1]));
      context.stroke();
    }
    context.globalAlpha = 1;
  },

  /**
   * Lay all pictures that have arrived on a sheet, as small as they are drawn. Browsers would
   * decode and shrink each anew for every drawing: a second for 1,854 pictures.
   */
  gather(side) {
    const { images } = cohort();
    const cell = Math.ceil(side * ratio());
    if (this.sheet?.cell !== cell || this.sheet.cohort !== state.cohort) {
      const across = Math.ceil(Math.sqrt(images.length));
      const canvas = make("canvas", { width: across * cell, height: across * cell });
      this.sheet = { canvas, cell, across, cohort: state.cohort, there: new Set() };
    }
    const { canvas, across, there } = this.sheet;
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    images.forEach((image, row) => {
      const element = there.has(image) ? null : pictureOf(image);
      if (!element) return;
      const { width, height } = fitted(image, cell);
      context.drawImage(element, (row % across) * cell, Math.floor(row / across) * cell, width, height);
      there.add(image);
    });
  },

  thumb(context, image, row, side) {
    const [x, y] = this.place(row, this.size.width, this.size.height);
    const { width, height } = fitted(image, side);
    const box = [x - width / 2, y - height / 2, width, height];
    const { canvas, cell, across, there } = this.sheet;
    const element = row === this.chosen ? pictureOf(image) : null;
    if (element) context.drawImage(element, ...box);
    else if (there.has(image)) {
      const part = fitted(image, cell);
      const corner = [(row % across) * cell, Math.floor(row / across) * cell];
      context.drawImage(canvas, ...corner, part.width, part.height, ...box);
    }
    context.strokeStyle = row === this.chosen ? colourOf("--accent") : colourOf("--ground");
    context.lineWidth = row === this.chosen ? 2.5 : 1;
    context.strokeRect(x - width / 2, y - height / 2, width, height);
  },

  point(event) {
    const box = event.target.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const { width, height, side } = this.size;
    let [best, distance] = [null, side * side];
    for (let row = 0; row < cohort().images.length; row++) {
      const [u, v] = this.place(row, width, height);
      const d = (u - x) ** 2 + (v - y) ** 2;
      if (d < distance) [best, distance] = [row, d];
    }
    this.choose(best);
  },

  choose(row) {
    if (row === this.chosen && this.said.textContent) return;
    this.chosen = row;
    this.said.textContent =
      row === null ? "point at a picture" : nameOf(cohort().images[row]);
    this.chart.redraw();
  },

  open() {
    if (this.chosen !== null) go({ view: "picture", image: cohort().images[this.chosen] });
  },

  paint() {
    this.chart?.redraw();
  },

  signature: () => [state.cohort, state.model].join("\n"),

  png() {
    return contactSheet(
      `${cohort().label}, ${model().label}`,
      [{ canvas: this.chart.canvas, caption: "" }],
      Math.max(this.chart.canvas.width, this.chart.canvas.height),
    );
  },

  rows() {
    const rows = [["image", ...STAGES.flatMap((name) => [`${name}_x`, `${name}_y`])]];
    cohort().images.forEach((image, row) => {
      rows.push([
        nameOf(image),
        ...this.stages.flatMap((places) => [places[2 * row], places[2 * row + 1]]),
      ]);
    });
    return rows;
  },
};
