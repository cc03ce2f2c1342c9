/** Watches one receiver's messages, numbered 1, 2, 3 ... by their sender, for losses, doubles and disorder. */
export class OrderCheck {
  last = 0;
  doubled = 0;
  reordered = 0;
  #missing = new Set();

  accept(number) {
    if (number === this.last + 1) {
      this.last = number;
      return;
    }
    if (number <= this.last) {
      if (this.#missing.delete(number)) this.reordered += 1;
      else this.doubled += 1;
      return;
    }
    // A jump: what was left out is either late, hence out of order, or lost. The end of the run tells which.
    for (let skipped = this.last + 1; skipped < number; skipped += 1) this.#missing.add(skipped);
    this.last = number;
  }

  lost(sent) {
    return this.#missing.size + sent - this.last;
  }
}
