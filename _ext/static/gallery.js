// Cards by word: all of the words that are typed must stand on a card.
const form = document.querySelector(".ffn-gallery-search");
const field = form.querySelector("input"), said = form.querySelector("output");
const cards = [...document.querySelectorAll(".ffn-card[data-words]")];
function sift() {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of cards) card.hidden = !wanted.every((word) => card.dataset.words.includes(word));
  for (const list of document.querySelectorAll(".ffn-cards")) {
    list.closest("section").toggleAttribute("data-empty", !list.querySelector(".ffn-card:not([hidden])"));
  }
  const count = cards.filter((card) => !card.hidden).length;
  said.textContent = wanted.length ? `${count} of ${cards.length} explorers` : "";
}
form.addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", sift);
form.hidden = false;
