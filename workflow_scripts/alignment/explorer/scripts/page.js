// The frame around the views: tabs, choices, keys and themes.

const views = {
  grid,
  picture,
  pairs,
  pair,
  arrangement,
  numbers: numbersView,
  map: featureMap,
  methods,
};

const KEYS = [
  ["1 to 8", "the views, in the order of the tabs"],
  ["← →", "the picture, pair or map before and after"],
  ["[ ]", "show less, show more of the heatmap"],
  ["c", "the next cohort"],
  ["m", "the next network"],
  ["s", "the next look"],
  ["t", "dark, light, or as suits the view"],
  ["/", "search"],
  ["Esc", "back to the grid"],
  ["?", "this list"],
];

// Views of words and numbers: light, and of all cohorts and networks.
const READ = ["numbers", "methods"];

const root = byId("view");
let drawn = null;

/** Show the state: the view anew where its pictures change, else only their pixels. */
show = (moved = false) => {
  const view = views[state.view];
  const signature = `${state.view}\n${view.signature()}`;
  const anew = moved || signature !== drawn;
  document.documentElement.dataset.theme =
    state.theme === "auto"
      ? READ.includes(state.view)
        ? "light"
        : "dark"
      : state.theme;
  if (anew) showControls();
  else refreshControls();
  // Also where a view stays as it is: that of all numbers shows every cohort and network.
  showFrame();
  if (anew) {
    root.replaceChildren();
    view.draw(root);
    drawn = signature;
    if (lost.size) root.prepend(note(missing()));
    else if (!root.childElementCount) {
      root.append(note("Loading …"));
      drawn = null;
    }
    if (moved) window.scrollTo(0, 0);
  } else view.paint();
};

const missing = () =>
  `This view needs files that are not beside the page: the folder ${contents.data} must be kept ` +
  "with it. A report holds the page alone; the workflow has both, at " +
  `results/explorer/${contents.dataset.id}.html.`;

function showFrame() {
  for (const tab of document.querySelectorAll("#tabs a")) {
    const chosen = tab.dataset.view === state.view;
    tab.href = link({ view: tab.dataset.view });
    if (chosen && !tab.hasAttribute("aria-current")) {
      tab.setAttribute("aria-current", "page");
      tab.parentElement.scrollLeft = tab.offsetLeft - 40;
    } else if (!chosen) tab.removeAttribute("aria-current");
  }
  byId("choose-cohort").value = state.cohort;
  byId("choose-model").value = state.model;
  for (const id of ["choose-cohort", "choose-model"]) byId(id).disabled = READ.includes(state.view);
  // What is being typed is the state already, and to set it would move the caret.
  if (byId("search").value !== state.search) byId("search").value = state.search;
  document.title = `${views[state.view].title} – ${contents.dataset.label}`;
}

function showControls() {
  const focused = document.activeElement?.id;
  const controls = views[state.view].controls().filter(Boolean);
  byId("controls").replaceChildren(...controls);
  byId("folded").hidden = controls.length === 0;
  if (focused) byId(focused)?.focus(); // so all that can be pressed here has an id
  showControls.pressed = pressed();
}

const pressed = () => JSON.stringify([state.look, state.kind]);

/** Bring controls in line with the state without taking away the one in use. */
function refreshControls() {
  if (showControls.pressed !== pressed()) showControls();
  for (const key of ["top", "strength", "morph"]) {
    const input = byId(`slide-${key}`);
    if (input && Number(input.value) !== state[key]) showControls();
  }
}

function frame() {
  byId("title").textContent = contents.dataset.label;
  byId("tabs").append(
    ...Object.entries(views).map(([name, view]) =>
      make("a", {
        href: `#view=${name}`,
        text: view.title,
        "data-view": name,
        click: (event) => follow(event, { view: name }),
      }),
    ),
  );
  const options = (items) => items.map((item, k) => [k, item.label]);
  byId("choices").append(
    choice("Cohort", "cohort", options(cohorts)),
    choice("Network", "model", options(models)),
    make("input", {
      type: "search",
      id: "search",
      placeholder: "Find names, labels",
      "aria-label": "Search names and labels",
      input: (event) =>
        go({ search: event.target.value, ...(state.view === "grid" ? {} : { view: "grid" }) }),
    }),
    make("button", { type: "button", id: "save-png", text: "PNG", title: "Save what is shown as a picture", click: savePng }),
    make("button", { type: "button", id: "save-csv", text: "CSV", title: "Save the numbers of what is shown", click: saveCsv }),
    make("button", { type: "button", id: "theme", text: "◐", "aria-label": "Dark or light", click: nextTheme }),
    make("button", { type: "button", id: "help", text: "?", "aria-label": "Keys", click: help }),
  );
  byId("keys").append(
    ...KEYS.flatMap(([key, text]) => [make("dt", { text: key }), make("dd", { text })]),
  );
  const wide = matchMedia("(min-width: 700px)");
  const fold = () => (byId("folded").open = wide.matches);
  wide.addEventListener("change", fold);
  fold();
}

function nextTheme() {
  const themes = ["auto", "dark", "light"];
  state.theme = themes[(themes.indexOf(state.theme) + 1) % 3];
  say(`theme: ${state.theme === "auto" ? "as suits the view" : state.theme}`);
  drawn = null;
  show();
}

let silence = 0;
function say(text) {
  const line = byId("said");
  line.textContent = text;
  line.hidden = false;
  clearTimeout(silence);
  silence = setTimeout(() => (line.hidden = true), 1800);
}

const help = () => byId("dialog").showModal();

function stepThrough(by) {
  const next = (list, value) => list[(list.indexOf(value) + by + list.length) % list.length];
  if (state.view === "map") {
    const order = stableFirst();
    if (order) go({ map: next(order, mapShown()) });
  } else if (state.view === "pair") {
    const others = [...cohort().images].filter((image) => image !== state.image);
    go({ other: next(others, state.other) });
  } else if (state.view === "picture") go({ image: next([...cohort().images], state.image) });
  else if (state.view === "arrangement") arrangement.travel(Math.min(2, Math.max(0, Math.round(state.morph) + by)));
  else if (state.view === "grid") moveFocus(by);
}

function moveFocus(by) {
  const tiles = [...root.querySelectorAll("a.tile")];
  const at = tiles.indexOf(document.activeElement);
  tiles[Math.min(tiles.length - 1, Math.max(0, at + by))]?.focus();
}

/** Show the grid, and go on in it where the picture is that was looked at. */
function backToGrid() {
  if (state.view === "grid") return;
  go({ view: "grid" });
  (grid.cells.get(state.image) ?? root).focus();
}

const next = (list, value) => list[(list.indexOf(value) + 1) % list.length];

const onKey = {
  ArrowLeft: () => stepThrough(-1),
  ArrowRight: () => stepThrough(1),
  "[": () => go({ top: state.top - (state.top > 10 ? 5 : 1) }),
  "]": () => go({ top: state.top + (state.top >= 10 ? 5 : 1) }),
  c: () => go({ cohort: (state.cohort + 1) % cohorts.length }),
  m: () => go({ model: (state.model + 1) % models.length }),
  s: () => go({ look: next(LOOKS, state.look) }),
  t: nextTheme,
  "/": () => byId("search").focus(),
  Escape: backToGrid,
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("dialog").open) return;
  const { target } = event;
  const typing = target.matches("input:not([type=checkbox]), select, textarea");
  if (typing && event.key === "Escape") return target.blur();
  if (typing) return;
  const tab = Object.keys(views)[Number(event.key) - 1];
  const act = tab && /^\d$/.test(event.key) ? () => go({ view: tab }) : onKey[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Pictures and packs arrive one by one; what waits for them is drawn once for all of a moment.
let due = 0;
function soon(act) {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(act);
}
let arrivals = 0;
onArrival = (name) => {
  if (name.startsWith("pictures/") && !lost.size) return soon(() => views[state.view].paint());
  // What was drawn without it is drawn anew, once for all that arrive together.
  drawn = null;
  clearTimeout(arrivals);
  arrivals = setTimeout(show, 0);
};
onPicture = () => soon(() => views[state.view].paint());

window.addEventListener("popstate", () => {
  read(location.hash);
  show(true);
});
window.addEventListener("hashchange", () => {
  if (location.hash !== link()) {
    read(location.hash);
    show(true);
  }
});

frame();
read(location.hash);
show(true);
requestAnimationFrame(() =>
  setTimeout(() => {
    document.documentElement.dataset.ready = Math.round(performance.now());
    openRest();
  }, 0),
);
