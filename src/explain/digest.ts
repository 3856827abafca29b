// SPDX-License-Identifier: GPL-2.0-only
/** A long list of texts as a count and a hash (FNV-1a, 32 bits): the same for the same list. */

export class Digest {
  count = 0;
  private hash = 0x811c_9dc5;

  add(text: string): void {
    this.count++;
    for (let i = 0; i < text.length; i++) {
      this.hash = Math.imul(this.hash ^ text.charCodeAt(i), 0x0100_0193);
    }
    this.hash = Math.imul(this.hash ^ 10, 0x0100_0193);
  }

  get text(): string {
    const hex = (this.hash >>> 0).toString(16).padStart(8, '0');
    return `${this.count.toLocaleString('en-US')} more effects, hash ${hex}`;
  }
}
