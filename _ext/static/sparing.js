// On a phone or a line that is slow or paid for, Python is asked for; once a visit is enough.
const { connection } = navigator;
const phone = matchMedia("(pointer: coarse) and (max-width: 600px)").matches;

export const sparing = () => (phone || connection?.saveData || /2g|3g/.test(connection?.effectiveType ?? "")) && !agreed();
export function agreed(now = false) {
  try {
    if (now) sessionStorage.setItem("ffn-live", "yes");
    return sessionStorage.getItem("ffn-live") === "yes";
  } catch {
    return now; // a frame may be allowed no memory
  }
}
