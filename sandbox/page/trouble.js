/* The «Неполадки» drawer: a few of the sandbox's faults, each one button and one sentence about what it does. */

import { act } from "./api.js";
import { byId, h, setHidden, setText } from "./dom.js";

const EDITOR_KEY = "editor-key";
const HOUR = 3600;

const TROUBLES = [
  {
    name: "error10",
    title: "Ошибка 10",
    note: "Следующая публикация: «внутренняя ошибка ВКонтакте», запись не выходит.",
    act: () => act("fault", { match: { method: "wall.post", times: 1 }, what: "error", code: 10 }),
    said: "Следующая публикация получит ошибку 10.",
  },
  {
    name: "cut",
    title: "Обрыв после записи",
    note: "Следующая публикация выйдет, но ответ до бота не дойдёт.",
    act: () => act("fault", { match: { method: "wall.post", times: 1 }, what: "effect_then_reset" }),
    said: "Следующая публикация выйдет без ответа.",
  },
  {
    name: "lost",
    title: "Потерять событие",
    note: "О следующем событии ВКонтакте промолчит: бот найдёт его сверкой.",
    act: () => act("fault", { match: { times: 1 }, what: "lp_drop_event" }),
    said: "Следующее событие потеряется.",
  },
  {
    name: "captcha",
    title: "Капча",
    note: "Ключ редактора: на каждое действие ВКонтакте просит капчу.",
    act: () => act("token", { key: EDITOR_KEY, set: "captcha_new" }),
    said: "ВКонтакте требует капчу от ключа редактора.",
  },
  {
    name: "revoked",
    title: "Ключ отозван",
    note: "Ключ редактора перестал действовать: публиковать нечем.",
    act: () => act("token", { key: EDITOR_KEY, set: "revoked" }),
    said: "Ключ редактора отозван.",
  },
  {
    name: "hour",
    title: "+1 час",
    note: "Переводит часы ВКонтакте вперёд. Часы бота идут сами по себе.",
    act: () => act("clock", { advance: HOUR }),
    said: "Часы ВКонтакте ушли на час вперёд.",
    quiet: true,
  },
  {
    name: "repair",
    title: "Починить всё",
    note: "Снимает неполадки и возвращает ключ редактора.",
    act: async () => {
      await act("faults_clear", {});
      await act("token", { key: EDITOR_KEY, set: "ok" });
    },
    said: "Сейчас всё исправно.",
    repairs: true,
  },
];

let broken = 0;

export function startTrouble() {
  byId("trouble-buttons").append(...TROUBLES.map(troubleButton));
  byId("trouble-open").addEventListener("click", () => show(byId("trouble").hidden));
  byId("trouble-close").addEventListener("click", () => show(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("trouble").hidden) show(false);
  });
}

function show(open) {
  setHidden(byId("trouble"), !open);
  byId("trouble-open").setAttribute("aria-expanded", String(open));
  if (!open) byId("trouble-open").focus();
}

function troubleButton(trouble) {
  const button = h(
    "button.trouble-button",
    { type: "button", dataset: { testid: `trouble-${trouble.name}` } },
    h("b", {}, trouble.title),
    h("small", {}, trouble.note),
  );
  if (trouble.repairs) button.classList.add("repair");
  button.addEventListener("click", () => cause(trouble, button));
  return button;
}

async function cause(trouble, button) {
  button.disabled = true;
  try {
    await trouble.act();
    if (trouble.repairs) broken = 0;
    else if (!trouble.quiet) broken += 1;
    setText(byId("trouble-log"), trouble.said);
  } catch (error) {
    setText(byId("trouble-log"), error.message);
  }
  button.disabled = false;
  const mark = byId("trouble-count");
  setText(mark, String(broken));
  setHidden(mark, !broken);
}
