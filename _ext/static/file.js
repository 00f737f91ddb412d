// A page opened as a file: no module, worker or fetch runs there, but this classic script does. It
// says how to have more than the pictures.
if (location.protocol === "file:") {
  const note = document.createElement("p");
  note.className = "ffn-notes";
  note.append("Opened as a file, this page shows its pictures only; to move them, run ");
  const command = document.createElement("code");
  command.textContent = "make serve";
  note.append(command, " and open the address it prints.");
  document.querySelector("figure.ffn-explorer")?.before(note);
}
