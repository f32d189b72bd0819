/* What the page knows: the last state of the sandbox and the choices of the person in front of it.
   Other files read it and never keep copies. */

const MANAGERS = ["creator", "administrator", "editor", "moderator"];
const ROLE_NAMES = {
  creator: "владелец",
  administrator: "администратор",
  editor: "редактор",
  moderator: "модератор",
  advertiser: "рекламодатель",
  author: "автор",
  stranger: "посторонний",
};

export const world = {
  state: null,
  receivedAt: 0,
  authorId: null,
  moderatorId: null,
  people: new Map(),
};

export function receive(state) {
  world.state = state;
  world.receivedAt = performance.now();
  world.people = new Map(state.people.map((person) => [person.id, person]));
  if (!world.people.has(world.authorId)) world.authorId = (authors()[0] || {}).id ?? null;
  if (!world.people.has(world.moderatorId)) world.moderatorId = (chatFaces()[0] || {}).id ?? null;
}

/** The sandbox's time in seconds; its clock may be frozen or moved, so it is never this machine's. */
export function now() {
  const state = world.state;
  const stated = Date.parse(state.now) / 1000;
  const stands = state.clock && (state.clock.frozen || state.clock.running === false);
  return stands ? stated : stated + (performance.now() - world.receivedAt) / 1000;
}

const isManager = (person) => MANAGERS.includes(person.role);

/** Who may hold the author's phone. */
export const authors = () => world.state.people.filter((person) => !isManager(person));

/** Who may speak in the moderators' chat: its managers, then one outsider to try the door. */
export function chatFaces() {
  const people = world.state.people;
  const outsiders = people.filter((person) => person.role === "stranger");
  const writes = (person) => ["allowed", "never_wrote"].includes(person.messages);
  const outsider = outsiders.find(writes) || outsiders[0] || people.find((person) => !isManager(person));
  return [...people.filter(isManager), ...(outsider ? [outsider] : [])];
}

export const isOutsider = (person) => !isManager(person);

/** The manager in whose name the wall's own buttons act. */
export function wallManager() {
  const people = world.state.people;
  const chosen = world.people.get(world.moderatorId);
  const rights = ["creator", "administrator", "editor"];
  if (chosen && rights.includes(chosen.role)) return chosen;
  return people.find((person) => rights.includes(person.role)) || null;
}

export const groupId = () => world.state.group.id;

export const roleName = (person) => ROLE_NAMES[person.role] || person.role;

export function nameOf(id) {
  if (id < 0) return -id === groupId() ? world.state.group.name : `Сообщество ${-id}`;
  const person = world.people.get(id);
  return person ? person.name : `Человек ${id}`;
}

export const chat = () => world.state.chats[0] || null;

export function dialogOf(userId) {
  return world.state.dialogs.find((dialog) => dialog.user_id === userId) || null;
}

export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  return words.slice(0, 2).map((word) => word[0].toUpperCase()).join("") || "?";
}

/** The same photo as the last state shows it: its links may have been renewed since a picture was drawn. */
export function renewed(photo) {
  const { chats, dialogs, wall, suggestions, postponed } = world.state;
  const holders = [...wall, ...suggestions, ...postponed, ...[...chats, ...dialogs].flatMap((talk) => talk.messages)];
  for (const holder of holders) {
    for (const item of holder.attachments || []) {
      if (item.type === "photo" && item.photo.id === photo.id && item.photo.owner_id === photo.owner_id) return item.photo;
    }
  }
  return photo;
}

/** What an element shows, as a string to compare; links to pictures are renewed all the time and do not count. */
export function printOf(...parts) {
  return JSON.stringify(parts, (key, value) => (key === "url" && typeof value === "string" ? value.split("?")[0] : value));
}

/** A key for remembering between visits; a browser that forbids it simply forgets. */
export const memory = {
  read(name) {
    try {
      return localStorage.getItem(`sandbox.${name}`);
    } catch {
      return null;
    }
  },
  write(name, value) {
    try {
      localStorage.setItem(`sandbox.${name}`, value);
    } catch {
      /* a private window: the choice lives until the page is closed */
    }
  },
};
