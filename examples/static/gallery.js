// Sends the files of the form, one after the other, each as the body of a PUT, and shows how far it is.
// Without this script the browser sends the form itself, which may have one file.
"use strict";

const form = document.getElementById("upload");
const said = document.getElementById("said");
const progress = document.getElementById("progress");

form.files.multiple = true;

function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch() does not tell how much has been sent
    request.open("PUT", `/upload/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-XSRFToken", form._xsrf.value);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => (request.status === 201 ? resolve() : reject(`the server said ${request.status}`));
    request.onerror = () => reject("there is no connection");
    request.send(file);
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = [...form.files.files];
  const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
  let before = 0;
  progress.hidden = false;
  said.className = "note";
  for (const file of files) {
    said.textContent = `Sending ${file.name}`;
    try {
      await upload(file, (sent) => (progress.value = (before + sent) / total));
    } catch (why) {
      said.className = "note bad";
      said.textContent = `${file.name} was not stored: ${why}.`;
      return;
    }
    before += file.size;
  }
  location.reload();
});
