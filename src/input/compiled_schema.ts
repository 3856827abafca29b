// SPDX-License-Identifier: GPL-2.0-only
/**
 * A JSON Schema as functions. Compiling one takes up to 150 ms. Modules named validators.ts export
 * nothing but these: scripts/build-cli.mjs puts into the built command line what ajv compiles them to.
 */

import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';

/** Lists every error, with the value and the part of the schema that it is about. */
export const EVERY_ERROR: Options = { allErrors: true, verbose: true, allowUnionTypes: true };

/** `tsType` is for the generator of the TypeScript types. */
const KEYWORDS = ['tsType'];

/** A schema and the parts of it that values are held against. */
export class CompiledSchema<Part extends string> {
  private ajv: Ajv2020 | undefined;

  /** @param parts the JSON pointer into the schema of each part, by a name for it */
  constructor(
    readonly schema: { readonly $id: string },
    readonly options: Options,
    readonly parts: Readonly<Record<Part, string>>,
  ) {}

  /** The function that holds a value against a part; compiled when it is first asked for. */
  validator<T>(part: Part): ValidateFunction<T> {
    this.ajv ??= this.newAjv();
    const validate = this.ajv.getSchema<T>(this.reference(part));
    if (validate === undefined) throw new Error(`no schema ${this.reference(part)}`);
    return validate as ValidateFunction<T>;
  }

  /** What ajv calls a part. */
  reference(part: Part): string {
    return `${this.schema.$id}${this.parts[part]}`;
  }

  newAjv(options?: Options): Ajv2020 {
    return new Ajv2020({ ...this.options, ...options })
      .addVocabulary(KEYWORDS)
      .addSchema(this.schema);
  }
}
