// SPDX-License-Identifier: GPL-2.0-only
/** The terminal of `step`: keys in, screens out, everything put back at the end. */

import { emitKeypressEvents, type Key } from 'node:readline';
import { answer, COMMANDS, type Question, questionText } from '../step/commands.js';
import { drawScreen } from '../step/screen.js';
import { type Action, act, START } from '../step/state.js';
import type { Walker } from '../step/walker.js';
import type { Context } from './context.js';

const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l';
const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

const SCROLL_PAGE = 10;

/** Keys besides the commands' own letters. */
const NAMED_KEYS: Readonly<Record<string, Action>> = {
  right: { kind: 'move', by: 1 },
  space: { kind: 'move', by: 1 },
  return: { kind: 'move', by: 1 },
  left: { kind: 'move', by: -1 },
  up: { kind: 'scroll', by: -1 },
  down: { kind: 'scroll', by: 1 },
  pageup: { kind: 'scroll', by: -SCROLL_PAGE },
  pagedown: { kind: 'scroll', by: SCROLL_PAGE },
  home: { kind: 'jump', to: -1 },
  end: { kind: 'jump', to: Number.MAX_SAFE_INTEGER },
};

/** Lets the user walk until they quit. The terminal is left as it was, whatever happens. */
export async function walkInTerminal(walker: Walker, context: Context): Promise<void> {
  const { stdin, stdout } = process;
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdout.write(ENTER_SCREEN);
  try {
    await new Session(walker, context).run();
  } finally {
    stdout.write(LEAVE_SCREEN);
    stdin.setRawMode(false);
    stdin.pause();
  }
}

class Session {
  private state = START;
  private question: Question | undefined;
  private typed = '';

  constructor(
    private readonly walker: Walker,
    private readonly context: Context,
  ) {}

  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      const redraw = () => this.draw();
      const onKey = (text: string | undefined, key: Key) => {
        try {
          this.press(text ?? '', key);
          if (this.state.quit) finish();
          else this.draw();
        } catch (error) {
          finish();
          reject(error);
        }
      };
      const finish = () => {
        process.stdin.off('keypress', onKey);
        process.stdout.off('resize', redraw);
        resolve();
      };
      process.stdin.on('keypress', onKey);
      process.stdout.on('resize', redraw);
      this.draw();
    });
  }

  private press(text: string, key: Key): void {
    if (key.ctrl && key.name === 'c') this.act({ kind: 'quit' });
    else if (this.question) this.type(this.question, text, key);
    else this.command(text, key);
  }

  private command(text: string, key: Key): void {
    const command = COMMANDS.find((candidate) => candidate.key === text);
    if (command?.question) {
      this.question = command.question;
      this.typed = '';
      return;
    }
    const action = command?.action ?? NAMED_KEYS[key.name ?? ''];
    this.act(action ?? { kind: 'complain', message: 'no such key; ? lists them' });
  }

  /** A key while a question is open. */
  private type(question: Question, text: string, key: Key): void {
    if (key.name === 'return') {
      this.question = undefined;
      this.act(answer(question, this.typed));
    } else if (key.name === 'escape') this.question = undefined;
    else if (key.name === 'backspace') this.typed = this.typed.slice(0, -1);
    else if (/^[\x20-\x7e]$/.test(text)) this.typed += text;
  }

  private act(action: Action): void {
    this.state = act(this.state, action, this.walker.facts);
  }

  private draw(): void {
    const { columns, rows } = process.stdout;
    const prompt = this.question && `${questionText(this.question)}: ${this.typed}_`;
    const { chalk } = this.context;
    const screen = drawScreen(this.walker, this.state, { columns, rows }, chalk, prompt);
    this.state = { ...this.state, scroll: screen.scroll };
    const text = screen.lines.map((line) => line + CLEAR_LINE).join('\r\n');
    process.stdout.write(HOME + text + CLEAR_BELOW);
  }
}
