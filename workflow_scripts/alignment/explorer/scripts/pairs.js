// All pairs of a cohort: judged against predicted, as points and as a matrix.

const MANY = 40000; // pairs beyond which points are counted rather than drawn
const KEY_HEIGHT = 44; // pixels below the matrix, for what its colours mean

/** People's and a network's values of a cohort's pairs; the kind says with which maps. */
function pairValues(kind = state.kind) {
  const found = allOf(`people/${cohort().id}`, `similarities/${both()}`);
  if (!found) return null;
  const [people, network] = found;
  return {
    people: all(people.judgments),
    network: all(network[kind]),
    packed: [people.judgments, network[kind]],
    packs: network,
  };
}

/** The line through the pairs: network = base + slope * people. */
function lineOf({ people, network }) {
  let [n, sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0];
  people.forEach((x, k) => {
    const y = network[k];
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  });
  const covariance = sxy / n - (sx / n) * (sy / n);
  const [varX, varY] = [sxx / n - (sx / n) ** 2, syy / n - (sy / n) ** 2];
  const slope = covariance / varX;
  return { n, slope, base: (sy - slope * sx) / n, r: covariance / Math.sqrt(varX * varY) };
}

/**
 * Where each pair stands among the others, in percent; NaN where `known` is false: `below`, the
 * share of them that are less alike, and `rank`, with half of those that are as alike.
 */
function percentRanks(packed, known) {
  // Values are whole numbers of 16 bits: counting them is sorting them.
  const values = typed(packed);
  const counts = new Uint32Array(65536);
  let n = 0;
  values.forEach((value, k) => {
    if (!known[k]) return;
    counts[value + 32768] += 1;
    n += 1;
  });
  const [rank, below] = [new Float32Array(65536), new Float32Array(65536)];
  const others = Math.max(1, n - 1);
  for (let k = 0, before = 0; k < 65536; k++) {
    rank[k] = (100 * (before + (counts[k] - 1) / 2)) / others;
    below[k] = (100 * before) / others;
    before += counts[k];
  }
  const ofPairs = (shares) =>
    Float32Array.from(values, (value, k) => (known[k] ? shares[value + 32768] : NaN));
  return { rank: ofPairs(rank), below: ofPairs(below) };
}

/** The positions of the `count` largest values, largest first; NaN does not count. */
function largest(values, count) {
  const found = [];
  values.forEach((value, k) => {
    if (Number.isNaN(value) || (found.length === count && !(value > values[found[count - 1]]))) {
      return;
    }
    let place = found.length;
    while (place > 0 && values[found[place - 1]] < value) place -= 1;
    found.splice(place, 0, k);
    if (found.length > count) found.pop();
  });
  return found;
}

/** The two images of each position in the upper triangle. */
function pairAt(position, n) {
  let i = Math.floor(n - 0.5 - Math.sqrt((n - 0.5) ** 2 - 2 * position));
  while (pairPosition(i, i + 1, n) > position) i -= 1;
  while (i < n - 2 && pairPosition(i + 1, i + 2, n) <= position) i += 1;
  return [i, position - pairPosition(i, i + 1, n) + i + 1];
}

const KIND_NAMES = [
  ["all", "All maps"],
  ["retained", "Retained maps, held out"],
];

const kindControl = () => switches("Similarity with", "kind", KIND_NAMES);

/** The colour of a share of 0 to 1. */
function heatColour(share) {
  const palette = palettes.get("viridis") ?? palettes.values().next().value;
  return palette[Math.max(0, Math.min(255, Math.round(255 * share)))];
}

const pairs = {
  title: "Pairs",
  chosen: null,
  charts: [],
  laid: new Map(), // drawings that are kept while pairs are pointed at

  controls: () => [kindControl()],

  draw(root) {
    const found = pairValues();
    if (!found) return;
    this.values = found;
    this.line = lineOf(found);
    const known = found.people.map((value, k) => (Number.isNaN(value + found.network[k]) ? 0 : 1));
    this.ranks = found.packed.map((packed) => percentRanks(packed, known));
    this.laid = new Map();
    this.chosen = null;
    this.order = this.inOrder();
    const about = make("div", { class: "hovered", "aria-live": "polite" });
    this.about = about;
    const scatter = chart(
      (width) => width,
      "judged against predicted similarity of every pair",
      (context, width, height) => this.scatter(context, width, height),
      { tabindex: 0 },
    );
    const matrix = chart(
      (width) => width + KEY_HEIGHT,
      "matrix of all pairs: people below the diagonal, the network above",
      (context, width) => this.matrix(context, width),
      { tabindex: 0 },
    );
    this.charts = [scatter, matrix];
    scatter.canvas.addEventListener("pointermove", (event) => this.hover(this.nearPoint(event)));
    matrix.canvas.addEventListener("pointermove", (event) => this.hover(this.inMatrix(event)));
    for (const { canvas } of this.charts) {
      canvas.addEventListener("pointerleave", () => this.hover(null));
      canvas.addEventListener("click", () => this.open());
      canvas.addEventListener("keydown", (event) => this.step(event));
    }
    const missing = found.network.reduce((count, value) => count + Number.isNaN(value), 0);
    root.append(
      make(
        "div",
        { class: "twin" },
        make("section", {}, make("h3", { text: "Judged against predicted" }), scatter.frame),
        make(
          "section",
          {},
          make("h3", { text: "People below the diagonal, the network above" }),
          matrix.frame,
        ),
      ),
      about,
      note(
        `${this.line.n} pairs, r = ${decimals(this.line.r)}. `,
        state.kind === "retained"
          ? `Each pair as predicted by folds that did not train on it; ${missing} pairs are in no test set together.`
          : "With all maps. ",
        " Point at a pair to see it, click to open it; with the keyboard: arrows, then Enter.",
      ),
      this.surprising(),
    );
    this.hover(null);
  },

  /** The cohort's rows by group, so that the matrix has its blocks. */
  inOrder() {
    const rows = [...cohort().images.keys()];
    if (!state.group) return rows;
    const labels = contents.labels[state.group];
    const seen = [...new Set([...cohort().images].map((image) => labels[image]))];
    const rank = new Map(seen.map((label, k) => [label, k]));
    const group = (row) => rank.get(labels[cohort().images[row]]);
    return rows.sort((a, b) => group(a) - group(b) || a - b);
  },

  frameOf(width, height) {
    const { people, network } = this.values;
    const [x, y] = [rangeOf(people), rangeOf(network)];
    const [left, right, top, bottom] = [44, 10, 8, 36];
    return {
      x: (value) => left + ((value - x[0]) / (x[1] - x[0] || 1)) * (width - left - right),
      y: (value) =>
        height - bottom - ((value - y[0]) / (y[1] - y[0] || 1)) * (height - top - bottom),
      ranges: { x, y },
    };
  },

  scatter(context, width, height) {
    this.frame = this.frameOf(width, height);
    this.lay(context, "scatter", width, height, (base) => this.points(base, width, height));
    if (this.chosen === null) return;
    const at = pairPosition(...this.chosen, cohort().images.length);
    context.strokeStyle = colourOf("--text");
    context.lineWidth = 2;
    context.beginPath();
    context.arc(this.frame.x(this.values.people[at]), this.frame.y(this.values.network[at]), 7, 0, 7);
    context.stroke();
  },

  /** Draw what does not change while pairs are pointed at once, and lay it under the rest. */
  lay(context, name, width, height, draw) {
    const { a: scale } = context.getTransform();
    const key = [name, width, height, scale, document.documentElement.dataset.theme].join(" ");
    if (this.laid.get(name)?.key !== key) {
      const base = make("canvas", {
        width: Math.round(width * scale),
        height: Math.round(height * scale),
      });
      const drawing = base.getContext("2d");
      drawing.scale(scale, scale);
      drawing.font = context.font;
      draw(drawing);
      this.laid.set(name, { key, base });
    }
    context.drawImage(this.laid.get(name).base, 0, 0, width, height);
  },

  points(context, width, height) {
    const { people, network } = this.values;
    const { frame } = this;
    axes(context, width, height, frame, "similarity judged by people", `similarity by ${model().label}`);
    context.fillStyle = colourOf(`--model-${state.model % 6}`);
    if (people.length > MANY) this.density(context, width, height, frame);
    else {
      context.globalAlpha = Math.max(0.25, Math.min(0.8, 1500 / people.length));
      people.forEach((x, k) => {
        if (Number.isNaN(x) || Number.isNaN(network[k])) return;
        context.fillRect(frame.x(x) - 1.5, frame.y(network[k]) - 1.5, 3, 3);
      });
      context.globalAlpha = 1;
    }
    const { slope, base } = this.line;
    context.strokeStyle = colourOf("--text");
    context.lineWidth = 1;
    context.beginPath();
    const [a, b] = frame.ranges.x;
    context.moveTo(frame.x(a), frame.y(base + slope * a));
    context.lineTo(frame.x(b), frame.y(base + slope * b));
    context.stroke();
  },

  density(context, width, height, frame) {
    const { people, network } = this.values;
    const bin = 4;
    const across = Math.ceil(width / bin) + 1;
    const counts = new Uint32Array(across * (Math.ceil(height / bin) + 1));
    people.forEach((x, k) => {
      if (Number.isNaN(x) || Number.isNaN(network[k])) return;
      const row = Math.round(frame.y(network[k]) / bin);
      counts[row * across + Math.round(frame.x(x) / bin)] += 1;
    });
    const most = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 0));
    counts.forEach((count, at) => {
      if (!count) return;
      context.globalAlpha = Math.log1p(count) / most;
      const [x, y] = [at % across, Math.floor(at / across)];
      context.fillRect(x * bin - bin / 2, y * bin - bin / 2, bin, bin);
    });
    context.globalAlpha = 1;
  },

  matrix(context, width) {
    this.lay(context, "matrix", width, width + KEY_HEIGHT, (base) => {
      this.cells(base, width);
      this.key(base, width);
    });
    if (this.chosen === null) return;
    const side = width / this.order.length;
    const places = this.chosen.map((row) => this.order.indexOf(row));
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    for (const [x, y] of [places, [places[1], places[0]]]) {
      context.strokeRect(x * side - 2, y * side - 2, side + 4, side + 4);
    }
  },

  cells(context, width) {
    const n = this.order.length;
    const drawn = context.createImageData(n, n);
    const out = new Uint32Array(drawn.data.buffer);
    const scales = [this.values.people, this.values.network].map((values) => {
      const [low, high] = rangeOf(values);
      return { values, low, span: high - low || 1 };
    });
    const blank = pixel(60, 62, 68);
    for (let y = 0; y < n; y++) {
      for (let x = 0; x < n; x++) {
        if (x === y) {
          out[y * n + x] = blank;
          continue;
        }
        const { values, low, span } = scales[y > x ? 0 : 1];
        const value = values[pairPosition(this.order[y], this.order[x], n)];
        out[y * n + x] = Number.isNaN(value) ? blank : heatColour((value - low) / span);
      }
    }
    const small = make("canvas", { width: n, height: n });
    small.getContext("2d").putImageData(drawn, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, width, width);
  },

  /** Say what the colours mean: each half of the matrix has its own range. */
  key(context, width) {
    const [left, right, top] = [0.3 * width, 0.7 * width, width + 10];
    for (let x = left; x < right; x++) {
      const [red, green, blue] = new Uint8Array(
        Uint32Array.of(heatColour((x - left) / (right - left))).buffer,
      );
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
      context.fillRect(x, top, 1.5, 28);
    }
    context.fillStyle = colourOf("--muted");
    for (const [k, who] of ["people", "network"].entries()) {
      const [low, high] = rangeOf(this.values[who]);
      const y = top + 11 + 16 * k;
      context.textAlign = "right";
      context.fillText(`${who} ${decimals(low)}`, left - 8, y);
      context.textAlign = "left";
      context.fillText(decimals(high), right + 8, y);
    }
  },

  nearPoint(event) {
    const { people, network } = this.values;
    const box = event.target.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [best, distance] = [null, 144];
    people.forEach((value, k) => {
      const d = (this.frame.x(value) - x) ** 2 + (this.frame.y(network[k]) - y) ** 2;
      if (d < distance) [best, distance] = [k, d];
    });
    return best === null ? null : pairAt(best, cohort().images.length);
  },

  inMatrix(event) {
    const box = event.target.getBoundingClientRect();
    const n = this.order.length;
    if (event.clientY - box.top > box.width) return null; // in the key
    const row = (offset) => Math.min(n - 1, Math.max(0, Math.floor((offset / box.width) * n)));
    const a = this.order[row(event.clientY - box.top)];
    const b = this.order[row(event.clientX - box.left)];
    return a === b ? null : [a, b];
  },

  step(event) {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === "Enter") return this.open();
    if (!(event.key in moves)) return;
    event.preventDefault();
    event.stopPropagation();
    const n = this.order.length;
    const places = (this.chosen ?? [this.order[1], this.order[0]]).map((row) => this.order.indexOf(row));
    const moved = places.map((place, k) => (place + moves[event.key][k] + n) % n);
    if (moved[0] === moved[1]) moved[1] = (moved[1] + 1) % n;
    this.hover(moved.map((place) => this.order[place]));
  },

  hover(rows) {
    if (String(rows) === String(this.chosen) && this.about.firstChild) return;
    this.chosen = rows;
    for (const { redraw } of this.charts) redraw();
    this.about.replaceChildren();
    if (rows === null) {
      this.about.append(make("span", { class: "muted", text: "point at a pair to see it" }));
      return;
    }
    const [a, b] = rows.map((row) => cohort().images[row]);
    const at = pairPosition(...rows, cohort().images.length);
    for (const image of [a, b]) {
      const canvas = canvasOf(image, 72);
      paint(canvas, image, undefined, { look: "plain" });
      this.about.append(canvas);
    }
    this.about.append(
      make("span", {
        text: `${nameOf(a)} and ${nameOf(b)}: ${this.said(at)}`,
      }),
    );
  },

  open() {
    if (this.chosen === null) return;
    const [image, other] = this.chosen.map((row) => cohort().images[row]);
    go({ view: "pair", image, other });
  },

  /** What people and the network say of a pair, and which share of the pairs is less alike. */
  said(at) {
    return ["people", "network"]
      .map((who, k) => {
        const below = this.ranks[k].below[at];
        const share = below === 100 ? "all" : `${Math.floor(below)} % of`;
        const more = Number.isNaN(below) ? "" : ` (more than ${share} other pairs)`;
        return `${who} ${decimals(this.values[who][at])}${more}`;
      })
      .join(", ");
  },

  surprising() {
    const [people, network] = this.ranks.map((found) => found.rank);
    const off = network.map((rank, k) => rank - people[k]);
    const n = cohort().images.length;
    this.tiles = [];
    const list = (heading, positions) =>
      make(
        "section",
        {},
        make("h3", { text: heading }),
        make(
          "ul",
          { class: "list" },
          ...positions.map((at) => {
            const [image, other] = pairAt(at, n).map((row) => cohort().images[row]);
            const changes = { view: "pair", image, other };
            const canvases = [image, other].map((one) => canvasOf(one, 56));
            canvases.forEach((canvas, k) => this.tiles.push([canvas, [image, other][k]]));
            return make(
              "li",
              {},
              make(
                "a",
                { href: link(changes), click: (event) => follow(event, changes) },
                ...canvases,
                make("span", {
                  text: this.said(at),
                }),
              ),
            );
          }),
        ),
      );
    const made = make(
      "div",
      { class: "beside" },
      list("Much more alike for the network than for people", largest(off, 8)),
      list(
        "Much more alike for people than for the network",
        largest(
          off.map((value) => -value),
          8,
        ),
      ),
    );
    this.paint();
    return made;
  },

  paint() {
    for (const [canvas, image] of this.tiles ?? []) {
      paint(canvas, image, undefined, { look: "plain" });
    }
  },

  signature: () => [state.cohort, state.model, state.kind, state.group].join("\n"),

  png() {
    const [scatter, matrix] = this.charts.map(({ canvas }) => canvas);
    const title = `${cohort().label}, ${model().label}: judged against predicted`;
    return contactSheet(
      title,
      [
        { canvas: scatter, caption: `${this.line.n} pairs, r = ${decimals(this.line.r)}` },
        { canvas: matrix, caption: "people below the diagonal, network above" },
      ],
      Math.max(scatter.width, matrix.height),
    );
  },

  rows() {
    const { people, packs: network } = this.values;
    const n = cohort().images.length;
    const [whole, retained, folds] = [all(network.all), all(network.retained), typed(network.n_folds)];
    const rows = [["image_1", "image_2", "people", "all_maps", "retained_held_out", "n_folds"]];
    for (let i = 0, k = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++, k++) {
        const names = [nameOf(cohort().images[i]), nameOf(cohort().images[j])];
        rows.push([...names, people[k], whole[k], retained[k], folds[k]]);
      }
    }
    return rows;
  },
};

/** Draw the axes of a scatter, with words and a few numbers. */
function axes(context, width, height, frame, xLabel, yLabel) {
  context.strokeStyle = colourOf("--line");
  context.fillStyle = colourOf("--muted");
  context.lineWidth = 1;
  const { x, y } = frame.ranges;
  context.textAlign = "center";
  for (const value of niceTicks(...x)) context.fillText(printed(value), frame.x(value), height - 20);
  context.textAlign = "right";
  for (const value of niceTicks(...y)) {
    context.fillText(printed(value), 38, frame.y(value) + 4);
    context.beginPath();
    context.moveTo(frame.x(x[0]), frame.y(value));
    context.lineTo(frame.x(x[1]), frame.y(value));
    context.stroke();
  }
  context.textAlign = "center";
  context.fillText(xLabel, width / 2, height - 4, width - 20);
  context.save();
  context.translate(10, height / 2 - 10);
  context.rotate(-Math.PI / 2);
  context.fillText(yLabel, 0, 0, height - 40);
  context.restore();
}
