// Before a device is paired: how that is done, and a place for a code that was not scanned.

import { make } from "./dom.js";

/** The code in an address that was scanned; it is taken out of the address at once. */
export function takeCode() {
  const code = /^#pair=([0-9a-f]+)$/i.exec(location.hash)?.[1] ?? null;
  if (code) {
    history.replaceState(null, "", location.pathname);
  }
  return code;
}

/** Where the token is: in this origin's storage, which other ports of this address do not see. */
export const keep = {
  get: () => localStorage.getItem("token"),
  set: (token) => localStorage.setItem("token", token),
  forget: () => localStorage.removeItem("token"),
};

/** What a device of this kind is called, for the list of devices. */
export function deviceName() {
  const kinds = [[/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Mac/, "Mac"], [/Windows/, "Windows"],
    [/Linux/, "Linux"]];
  return kinds.find(([pattern]) => pattern.test(navigator.userAgent))?.[1] ?? "browser";
}

/** The form for a code; `pair(code)` gets it. */
export function doorView(pair) {
  const field = make("input", { name: "code", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    required: true, pattern: "[0-9a-fA-F]{32}", title: "32 letters and digits", "aria-label": "One-time code" });
  const submit = (event) => {
    event.preventDefault();
    pair(field.value.trim().toLowerCase());
    field.value = "";
  };
  return [
    make("h2", {}, "Pair this device"),
    make("p", {}, "On the machine where your assistants run, type ", make("kbd", {}, "pane-patrol pair"),
      " and scan what it draws, or give its code here. A code is good for one device and two minutes."),
    make("form", { onsubmit: submit }, field, make("button", {}, "Pair")),
  ];
}
