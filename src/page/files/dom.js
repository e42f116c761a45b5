// How everything on the page is made: elements with fixed names, and texts of others as text nodes. Nothing is ever
// parsed as markup, and the only address that a text of others can be part of is a fragment of this page.

/**
 * An element. `given`: attributes by name; `on...` are listeners, `true` is an attribute without a value, and what is
 * `null` or `false` is left out. `children`: elements and texts; what is `null` or `false` is left out.
 */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A text of others among words of ours: whichever way it is written, what stands beside it stays where it is. */
export function quoted(text, className = null) {
  return make("bdi", { class: className }, text);
}

/** Puts `text` there, unless it stands there already. */
export function put(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * A part of the page that is drawn anew only when what it shows has changed. `draw` gets that and gives its children;
 * one without children is hidden.
 */
export function part(tag, given, draw) {
  const node = make(tag, given);
  node.hidden = true;
  let before = null;
  return {
    node,
    show(data) {
      const now = JSON.stringify(data);
      if (now !== before) {
        before = now;
        const children = draw(data);
        node.replaceChildren(...children);
        node.hidden = children.length === 0;
      }
    },
  };
}
