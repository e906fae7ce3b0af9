// The page sends what its reader does, and shows what the server says has changed: nothing else.
"use strict";

const list = document.getElementById("items");
const state = document.getElementById("state");
const error = document.getElementById("error");
const form = document.getElementById("add");
let socket;

function show(item) {
  let entry = document.getElementById(item.id);
  if (!entry) {
    entry = document.getElementById("item").content.cloneNode(true).firstElementChild;
    entry.id = item.id;
    entry.querySelector("span").textContent = item.text;
    entry.querySelector("button").ariaLabel = `Remove ${item.text}`;
    entry.querySelector("input").addEventListener("click", (event) => {
      send({ tick: item.id, done: event.target.checked });
      event.preventDefault(); // the tick is shown when the server tells of it
    });
    entry.querySelector("button").addEventListener("click", () => send({ remove: item.id }));
    // Ids of MongoDB grow with time. Another process may have made one a little earlier.
    const next = [...list.children].find((other) => other.id > item.id);
    list.insertBefore(entry, next || null);
    entry.classList.add("new");
  }
  entry.querySelector("input").checked = item.done;
  entry.querySelector("span").className = item.done ? "done" : "";
}

function remove(entry) {
  if (entry.contains(document.activeElement)) {
    // Who works with the keyboard goes on with the next one.
    const next = entry.nextElementSibling || entry.previousElementSibling;
    (next ? next.querySelector("button") : form.text).focus();
  }
  entry.remove();
}

function hear(message) {
  if (message.items) {
    list.replaceChildren();
    message.items.forEach(show);
  }
  if (message.item) show(message.item);
  if (message.gone && document.getElementById(message.gone)) {
    remove(document.getElementById(message.gone));
  }
  if (message.people) {
    state.textContent = message.people === 1 ? "Only you are here" : `${message.people} pages are here`;
    state.classList.remove("off");
  }
  error.textContent = message.error || "";
  document.getElementById("empty").hidden = list.children.length > 0;
}

function send(wish) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(wish));
  else error.textContent = "There is no connection now.";
}

function connect() {
  socket = new WebSocket(new URL("/changes", location.href.replace(/^http/, "ws")));
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = () => {
    state.textContent = "Not connected: trying again";
    state.classList.add("off");
    setTimeout(connect, 1000);
  };
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send({ add: form.text.value });
  form.reset();
  form.text.focus();
});

connect();
