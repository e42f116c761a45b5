// Nothing is pressed on what has just come, or has just moved, under the finger: buttons work a moment after they came
// to stand where they are.

/** How long that moment is, in milliseconds. */
const ARMED_AFTER = 600;
/** So long nothing may have been pressed before, in milliseconds: who taps on and on has not looked. */
const PRESSED_BEFORE = 300;

let pressedAt = -Infinity;
for (const event of ["pointerdown", "mousedown", "touchstart", "keydown"]) {
  addEventListener(event, () => (pressedAt = performance.now()), { capture: true, passive: true });
}

export class Armed {
  #node;
  #works;
  #timer = null;
  #place = -1;

  /** Of the buttons in `node`; `works()` says whether they may work at all, when the moment is over. */
  constructor(node, works) {
    this.#node = node;
    this.#works = works;
  }

  /** What stands in another place than before is another thing under the finger. */
  settle() {
    if (this.#place !== this.#node.offsetTop) {
      this.#place = this.#node.offsetTop;
      this.disarm();
      this.arm();
    }
  }

  /** They work a moment from now. */
  arm() {
    clearTimeout(this.#timer);
    this.#await(ARMED_AFTER);
  }

  #await(pause) {
    this.#timer = setTimeout(() => {
      const left = pressedAt + PRESSED_BEFORE - performance.now();
      if (left > 0) {
        this.#await(left);
      } else {
        this.#enable(this.#works());
      }
    }, pause);
  }

  /** They do not work. */
  disarm() {
    clearTimeout(this.#timer);
    this.#enable(false);
  }

  #enable(isEnabled) {
    for (const button of this.#node.querySelectorAll("button")) {
      button.disabled = !isEnabled;
    }
  }
}
