// What the numbers mean, what they were made from, and how to cite them.

const CITATIONS = [
  "Truong, Pesenti & Hasson (2025). Explaining Human Comparisons Using Alignment-Importance Heatmaps. Computational Brain & Behavior 8, 421–441.",
  "Alignment importance of feature maps, the workflow that made this page: see its CITATION.cff.",
];

const METHODS = [
  ["Alignment Importance Score (AIS)", "of a feature map: the fit between a network's similarities and human judgments with all maps, minus the fit without the map. Positive: the map helps. For every test it is computed on training images alone; the AIS for one picture or one pair, which heatmaps and the views of pictures and pairs show, uses all pictures of the cohort."],
  ["Heatmap", "of a picture: its feature maps, averaged with the positive scores that they have for this picture's comparisons with the others of the cohort. As coarse as the maps are; the slider shows what exceeds a percentile of the picture's own heatmap. It may differ little from the plain mean of all maps, which uses no judgments: results/agreement/summary/mean_maps.csv says how little."],
  ["r with people", "of a picture: the correlation, over all other pictures of the cohort, of the judged and the network's similarities. Below .10 the network does not predict the judgments of this picture, and there is nothing to see in its heatmap."],
  ["Retained maps", "the best maps by training AIS, as many as fit the training pairs best. What they predict of a pair is shown only where it is held out: the mean over folds whose test set holds both pictures."],
  ["Pair heatmap", "each place's share of the similarity that a network finds. It explains the network, not people. Where the similarity is near 0 the shares are noise around it."],
  ["Saliency and the Gaussian", "what stands out in a picture, and a blob in its middle: what a heatmap should be compared with before it is believed."],
  ["Rounding", "Heatmaps are exact, and masks those of the workflow. Pair heatmaps, scores of folds and maps of single features are rounded to 1 part in 127 to 255 of their largest value, similarities to 1 in 32 767."],
];

const methods = {
  title: "Methods",
  controls: () => [],

  draw(root) {
    const list = (pairs) =>
      make(
        "dl",
        {},
        ...pairs.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { text })]),
      );
    root.append(
      make("h2", { text: "What the page shows" }),
      list(METHODS),
      make("h2", { text: "What it was made from" }),
      list(contents.methods.facts),
      ...models.flatMap((one) => [make("h3", { text: one.label }), list(one.facts)]),
      make("h2", { text: "How to cite" }),
      make("ul", {}, ...[...CITATIONS, ...contents.methods.citations].map((text) => make("li", { text }))),
      make("h2", { text: "Configuration" }),
      make("pre", { text: contents.methods.config, tabindex: 0 }),
    );
  },

  paint() {},
  signature: () => "",

  png: () => null,

  rows: () => [
    ["about", "what", "value"],
    ...contents.methods.facts.map(([name, text]) => ["dataset", name, text]),
    ...models.flatMap((one) => one.facts.map(([name, text]) => [one.id, name, text])),
  ],
};
