/* The page of the sandbox: keeps asking for the state and lets the columns draw what changed.
   Decides which column a phone shows and where a click on a person or a post leads; the columns do the rest. */

import { nextState, readySamples } from "./api.js";
import { chatMark, drawChat, startChat } from "./chat.js";
import { byId, drawIcons, isShown, setHidden, setText, toast, wheelsSideways } from "./dom.js";
import { drawNetworks, networksMark, startNetworks } from "./networks.js";
import { chooseAuthor, drawPhone, phoneHasNews, setSamples, startPhone } from "./phone.js";
import { showAnswers } from "./press.js";
import { headClock } from "./richtext.js";
import { startTrouble } from "./trouble.js";
import { startViewer } from "./viewer.js";
import { drawWall, startWall, wallMark } from "./wall.js";
import { authors, groupId, memory, nameOf, now, receive, roleName, world } from "./world.js";

const CLOCK_MILLISECONDS = 5000;
const LONGEST_PAUSE_MILLISECONDS = 5000;

const seenMarks = { chat: null, wall: null, networks: null };

const guide = {
  /** What a click on a mention of person `id` does here, or null when the sandbox has no such person. */
  person(id) {
    const person = world.people.get(id);
    if (!person) return null;
    return () => {
      if (authors().some((author) => author.id === id)) {
        chooseAuthor(id);
        openTab("phone");
        toast("phone", `Телефон в руках: ${person.name}${person.city ? `, ${person.city}` : ""}.`);
      } else {
        toast("chat", `${nameOf(id)}: ${roleName(person)}.`);
      }
    };
  },
  /** What a click on a link to a post of the community does, or null for other walls. */
  post(owner, id) {
    return owner === -groupId() ? () => showPost(id) : null;
  },
  message(scrollerId, cmid) {
    flash(byId(scrollerId).querySelector(`[data-cmid="${cmid}"]`));
  },
};

function showPost(id) {
  document.body.dataset.reader = "wall";
  openTab("wall");
  const post = byId(`post-${id}`);
  if (!post) {
    toast("wall", `Записи ${id} нет ни на стене, ни в очередях ВКонтакте.`, "error");
    return;
  }
  const tray = post.closest("details");
  if (tray) tray.open = true;
  flash(post);
}

function flash(element) {
  if (!element) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
  element.addEventListener("animationend", () => element.classList.remove("flash"), { once: true });
}

/* Drawing */

function redraw() {
  if (!world.state) return;
  setText(byId("group-name"), world.state.group.name);
  drawPhone();
  drawChat();
  drawWall();
  drawNetworks();
  drawDots();
  drawClock();
}

function drawClock() {
  if (!world.state) return;
  setText(byId("clock"), headClock(now()));
}

function drawDots() {
  const marks = { chat: chatMark(), wall: wallMark(), networks: networksMark() };
  for (const [column, mark] of Object.entries(marks)) {
    if (seenMarks[column] === null || isShown(byId(`column-${column}`))) seenMarks[column] = mark;
    showDot(column, mark > seenMarks[column]);
  }
  showDot("phone", phoneHasNews() && !isShown(byId("column-phone")));
}

function showDot(column, news) {
  const button = document.querySelector(`.tabs [data-tab=${column}]`);
  setHidden(button.querySelector(".dot"), !news);
  button.classList.toggle("has-news", news);
}

function openTab(name) {
  document.body.dataset.tab = name;
  for (const button of document.querySelectorAll(".tabs [data-tab]")) {
    if (button.dataset.tab === name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  redraw();
}

/* Listening */

function showConnection(state, words) {
  const box = byId("connection");
  if (box.dataset.state === state) return;
  box.dataset.state = state;
  setText(box.lastElementChild, words);
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function listen() {
  let since = -1;
  let failures = 0;
  for (;;) {
    let state = null;
    try {
      state = await nextState(since);
    } catch {
      since = -1;
      failures += 1;
      showConnection("off", "песочница не отвечает");
      await pause(Math.min(LONGEST_PAUSE_MILLISECONDS, 500 * failures));
      continue;
    }
    failures = 0;
    since = state.revision;
    showConnection("on", "на связи");
    show(state);
  }
}

/** One thing that cannot be drawn must not stop the page from following the rest. */
function show(state) {
  try {
    receive(state);
    showAnswers(state, guide);
    redraw();
  } catch (error) {
    console.error(error);
  }
}

function remembered(name) {
  const id = Number(memory.read(name));
  return id || null;
}

function start() {
  drawIcons(document);
  world.authorId = remembered("author");
  world.moderatorId = remembered("moderator");
  const context = { guide, redraw };
  startPhone(context);
  startChat(context);
  startWall(context);
  startNetworks(context);
  startTrouble();
  startViewer();
  for (const button of document.querySelectorAll(".tabs [data-tab]")) {
    button.addEventListener("click", () => openTab(button.dataset.tab));
  }
  for (const row of document.querySelectorAll(".who, .samples")) wheelsSideways(row);
  setInterval(drawClock, CLOCK_MILLISECONDS);
  readySamples().then(setSamples, () => setSamples([]));
  listen();
}

start();
