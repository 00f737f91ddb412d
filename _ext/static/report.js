// The link that reports a mistake names the section that is being read.
document.querySelector(".ffn-report")?.addEventListener("click", ({ currentTarget: link }) => {
  const read = [...document.querySelectorAll(".bd-article :is(h1, h2, h3)")].filter((h) => h.getBoundingClientRect().top < innerHeight / 2);
  const heading = read.at(-1), url = new URL(link.href);
  const section = heading ? heading.textContent.replace(/#$/, "").trim() : "";
  url.searchParams.set("body", url.searchParams.get("body").replace(/^Section: .*$/m, `Section: ${section} (${location.href})`));
  link.href = url.href;
});
