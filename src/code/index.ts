// SPDX-License-Identifier: GPL-2.0-only
/** The C of a kernel tree, compiled for user space, as an implementation and as a side. */

export { CODE_SCHEME, CodeImplementation } from './code_implementation.js';
export { CodeSide } from './code_side.js';
export { findCompiler } from './compiler.js';
export { TREE_FILES } from './files.js';
