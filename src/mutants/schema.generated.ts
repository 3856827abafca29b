// SPDX-License-Identifier: GPL-2.0-only
/** Generated from kill_matrix.schema.json by scripts/generate-types.mjs: do not edit. */

export const killMatrixSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:pkvm-tracediff:kill-matrix:1",
  "title": "KillMatrix",
  "description": "Which seeded bugs a set of traces finds, format pkvm-kill-matrix/1: what `mutants` measures, and what `check` states of the same traces.",
  "type": "object",
  "required": [
    "format",
    "traces",
    "catalogue",
    "score",
    "mutants"
  ],
  "additionalProperties": false,
  "properties": {
    "format": {
      "description": "Name and version of the format.",
      "const": "pkvm-kill-matrix/1"
    },
    "traces": {
      "description": "The traces: how many, and a digest of their names, machines and operations.",
      "type": "object",
      "required": [
        "count",
        "digest"
      ],
      "additionalProperties": false,
      "properties": {
        "count": {
          "$ref": "#/$defs/count"
        },
        "digest": {
          "$ref": "#/$defs/digest"
        }
      }
    },
    "catalogue": {
      "description": "A digest of the names of all mutants and of the reasons of equivalent ones.",
      "$ref": "#/$defs/digest"
    },
    "score": {
      "$ref": "#/$defs/score"
    },
    "mutants": {
      "description": "Every mutant, in the order of the catalogue.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/mutant"
      }
    }
  },
  "$defs": {
    "count": {
      "type": "integer",
      "minimum": 0
    },
    "digest": {
      "type": "string",
      "pattern": "^[0-9a-f]{12}$"
    },
    "score": {
      "description": "Mutants that are not equivalent, and how many of them each kind of evidence killed.",
      "type": "object",
      "required": [
        "mutants",
        "equivalent",
        "traces"
      ],
      "additionalProperties": false,
      "properties": {
        "mutants": {
          "$ref": "#/$defs/count"
        },
        "equivalent": {
          "description": "Mutants besides these.",
          "$ref": "#/$defs/count"
        },
        "traces": {
          "$ref": "#/$defs/count"
        },
        "explore": {
          "$ref": "#/$defs/count"
        },
        "fuzz": {
          "$ref": "#/$defs/count"
        }
      }
    },
    "mutant": {
      "description": "A mutant and what killed it; no trace did where `trace` is missing.",
      "type": "object",
      "required": [
        "name"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "description": "Implementation, operation, step and kind of mutation.",
          "type": "string"
        },
        "equivalent": {
          "description": "Why nothing can kill it, and the world in which everything was tried: its states and transitions.",
          "type": "object",
          "required": [
            "reason",
            "states",
            "transitions"
          ],
          "additionalProperties": false,
          "properties": {
            "reason": {
              "type": "string"
            },
            "states": {
              "$ref": "#/$defs/count"
            },
            "transitions": {
              "$ref": "#/$defs/count"
            }
          }
        },
        "trace": {
          "description": "The trace that kills it in the fewest operations.",
          "type": "object",
          "required": [
            "name",
            "debug",
            "operations"
          ],
          "additionalProperties": false,
          "properties": {
            "name": {
              "type": "string"
            },
            "debug": {
              "description": "CONFIG_NVHE_EL2_DEBUG.",
              "type": "boolean"
            },
            "operations": {
              "description": "Operations up to the divergence, that one included.",
              "type": "integer",
              "minimum": 1
            }
          }
        },
        "explore": {
          "description": "Operations that exploring the default world needed; null if it did not kill.",
          "type": [
            "integer",
            "null"
          ]
        },
        "fuzz": {
          "description": "Operations of the shortest finding of fuzzing; null if there was none.",
          "type": [
            "integer",
            "null"
          ]
        }
      }
    }
  }
};
