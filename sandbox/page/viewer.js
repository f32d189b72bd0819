/* The picture viewer: one photo over the page, arrows to its neighbours. */

import { byId, setHidden, setText } from "./dom.js";

let addresses = [];
let index = 0;

export function showPhoto(list, start) {
  addresses = list.filter(Boolean);
  if (!addresses.length) return;
  index = Math.min(start, addresses.length - 1);
  draw();
  byId("viewer").showModal();
}

function draw() {
  byId("viewer-image").src = addresses[index];
  byId("viewer-image").alt = `Фото ${index + 1} из ${addresses.length}`;
  setText(byId("viewer-note"), `${index + 1} из ${addresses.length}`);
  for (const id of ["viewer-back", "viewer-next"]) setHidden(byId(id), addresses.length < 2);
}

function step(by) {
  index = (index + by + addresses.length) % addresses.length;
  draw();
}

export function startViewer() {
  const viewer = byId("viewer");
  byId("viewer-back").addEventListener("click", () => step(-1));
  byId("viewer-next").addEventListener("click", () => step(1));
  byId("viewer-close").addEventListener("click", () => viewer.close());
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer || event.target.id === "viewer-image") viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
}
