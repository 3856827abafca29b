// SPDX-License-Identifier: GPL-2.0-only
/** Generated from baseline.schema.json by scripts/generate-types.mjs: do not edit. */

export const baselineSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:pkvm-tracediff:baseline:1",
  "title": "BaselineDocument",
  "description": "Differences somebody has looked at and accepts, format pkvm-baseline/1.",
  "type": "object",
  "required": [
    "format",
    "entries"
  ],
  "additionalProperties": false,
  "properties": {
    "format": {
      "description": "Name and version of the format.",
      "const": "pkvm-baseline/1"
    },
    "description": {
      "description": "What these differences have in common.",
      "type": "string"
    },
    "entries": {
      "description": "Each known difference; the first entry that matches a divergence has it.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/entry"
      }
    }
  },
  "$defs": {
    "entry": {
      "type": "object",
      "required": [
        "id",
        "match",
        "reason",
        "owner",
        "link"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "description": "Names the entry in reports; unique among the baselines of a run.",
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"
        },
        "match": {
          "$ref": "#/$defs/match"
        },
        "reason": {
          "description": "Why the difference is accepted. An entry without one fails.",
          "type": "string"
        },
        "owner": {
          "description": "Who answers for the entry. An entry without one fails.",
          "type": "string"
        },
        "link": {
          "description": "Where it was discussed; may be empty.",
          "type": "string"
        },
        "expires": {
          "description": "The last day (UTC) the entry holds, YYYY-MM-DD.",
          "type": "string",
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        },
        "count": {
          "description": "The most divergences it may match in a run; any number if left out.",
          "type": "integer",
          "minimum": 1
        }
      }
    },
    "match": {
      "description": "What a divergence must be for the entry to have it: all that is named here.",
      "type": "object",
      "required": [
        "op",
        "kind",
        "outcomes"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "description": "Name of the operation.",
          "type": "string",
          "minLength": 1
        },
        "kind": {
          "description": "outcome: the two returned different things. state: same outcome, different state. state-at-panic: both panicked, in different states. expectation: a side did not do what the trace expects.",
          "enum": [
            "outcome",
            "state",
            "state-at-panic",
            "expectation"
          ]
        },
        "outcomes": {
          "description": "Outcome of the first and of the second implementation: 0, -EPERM, WARN, ...",
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1
          },
          "minItems": 2,
          "maxItems": 2
        },
        "expected": {
          "description": "Of kind expectation: what was expected of each side, null where that side did it.",
          "type": "array",
          "items": {
            "type": [
              "string",
              "null"
            ]
          },
          "minItems": 2,
          "maxItems": 2
        },
        "columns": {
          "description": "Exactly the columns that differ, in any order; after a panic without those that the allocator keeps.",
          "type": "array",
          "items": {
            "enum": [
              "host_state",
              "refcount",
              "order",
              "host_share_guest_count",
              "hyp_s1",
              "host_s2",
              "guest_s2",
              "free_list",
              "vm",
              "vcpu",
              "memcache",
              "contents",
              "locks"
            ]
          },
          "uniqueItems": true
        },
        "debug": {
          "description": "CONFIG_NVHE_EL2_DEBUG it is met with.",
          "type": "boolean"
        },
        "constructed": {
          "description": "Whether it is met in traces that poke.",
          "type": "boolean"
        },
        "pairs": {
          "description": "Pairs of implementations it is met between, as in \"legacy,direct\".",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[^,]+,[^,]+$"
          },
          "minItems": 1,
          "uniqueItems": true
        },
        "where": {
          "description": "Names of traces it is met in; * stands for any text.",
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1
          },
          "minItems": 1,
          "uniqueItems": true
        }
      }
    }
  }
};
