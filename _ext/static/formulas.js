// Formulas are set a few at a time, those in view first: set all at once, they would hold up the page.
const AT_ONCE = 8;

window.MathJax.startup = {
  async pageReady() {
    const inView = (formula) => {
      const { top, bottom } = formula.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    };
    const all = [...document.querySelectorAll(".math")], seen = all.filter(inView), rest = all.filter((f) => !seen.includes(f));
    for (const formulas of [seen, rest]) {
      for (let i = 0; i < formulas.length; i += AT_ONCE) {
        await window.MathJax.typesetPromise(formulas.slice(i, i + AT_ONCE));
        await new Promise((done) => setTimeout(done));
      }
    }
  },
};
