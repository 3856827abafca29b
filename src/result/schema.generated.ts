// SPDX-License-Identifier: GPL-2.0-only
/** Generated from result.schema.json by scripts/generate-types.mjs: do not edit. */

export const resultSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:pkvm-tracediff:result:1",
  "title": "ResultDocument",
  "description": "What a run compared and what it found, format pkvm-result/1. Every report is made from it.",
  "type": "object",
  "required": [
    "format",
    "tool",
    "command",
    "verdict",
    "interrupted",
    "level",
    "debug",
    "implementations",
    "pairs",
    "counts",
    "problems",
    "buckets",
    "baseline",
    "tracesListed",
    "traces"
  ],
  "additionalProperties": false,
  "properties": {
    "format": {
      "description": "Name and version of the format.",
      "const": "pkvm-result/1"
    },
    "tool": {
      "description": "The program that made this.",
      "type": "object",
      "required": [
        "name",
        "version"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1
        },
        "version": {
          "type": "string",
          "minLength": 1
        }
      }
    },
    "command": {
      "description": "The program and its arguments: run again, they give the same result.",
      "type": "array",
      "items": {
        "type": "string"
      },
      "minItems": 1
    },
    "verdict": {
      "$ref": "#/$defs/verdict"
    },
    "interrupted": {
      "description": "The run was stopped before its end; what it had compared until then is here.",
      "type": "boolean"
    },
    "level": {
      "description": "What had to agree after each operation, besides the outcome.",
      "enum": [
        "outcome",
        "ownership",
        "exact"
      ]
    },
    "debug": {
      "description": "CONFIG_NVHE_EL2_DEBUG: as each trace says, or overriding the traces.",
      "enum": [
        "trace",
        "on",
        "off",
        "both"
      ]
    },
    "implementations": {
      "description": "The implementations compared, in the order of the kernel's history.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/implementation"
      }
    },
    "pairs": {
      "description": "The pairs compared.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/pair"
      },
      "minItems": 1
    },
    "counts": {
      "$ref": "#/$defs/counts"
    },
    "problems": {
      "description": "What was wrong with the input; at most 1000, all are counted in counts.problems.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/problem"
      }
    },
    "buckets": {
      "description": "Divergences by root cause: new ones first, then by what is most frequent.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/bucket"
      }
    },
    "baseline": {
      "$ref": "#/$defs/baseline"
    },
    "coverage": {
      "$ref": "#/$defs/coverage"
    },
    "evidence": {
      "$ref": "#/$defs/evidence"
    },
    "campaign": {
      "$ref": "#/$defs/campaign"
    },
    "seededBugs": {
      "$ref": "#/$defs/seededBugs"
    },
    "certificates": {
      "description": "What was explored: one certificate for each world, or for each part of one.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/certificate"
      }
    },
    "tracesListed": {
      "description": "Whether `traces` has every replay, or those that diverged only.",
      "enum": [
        "all",
        "diverged"
      ]
    },
    "traces": {
      "description": "Replays, in the order they ran.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/replay"
      }
    }
  },
  "$defs": {
    "campaign": {
      "description": "What was fuzzed: the same seed gives the same findings, in one part or in many.",
      "type": "object",
      "required": [
        "seed",
        "misuse",
        "corpus",
        "limits",
        "shards",
        "runs",
        "cells",
        "findings"
      ],
      "additionalProperties": false,
      "properties": {
        "seed": {
          "$ref": "#/$defs/count"
        },
        "misuse": {
          "description": "With operations that the hypervisor itself would not do.",
          "type": "boolean"
        },
        "corpus": {
          "description": "Traces that were varied: how many, and a digest of them.",
          "type": "object",
          "required": [
            "traces",
            "digest"
          ],
          "additionalProperties": false,
          "properties": {
            "traces": {
              "$ref": "#/$defs/count"
            },
            "digest": {
              "type": "string",
              "pattern": "^[0-9a-f]{12}$"
            }
          }
        },
        "limits": {
          "description": "When it was to end: runs of all shards, operations and seconds of each.",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "runs": {
              "$ref": "#/$defs/count"
            },
            "ops": {
              "$ref": "#/$defs/count"
            },
            "seconds": {
              "type": "number",
              "exclusiveMinimum": 0
            }
          }
        },
        "shards": {
          "description": "The parts in here: which of how many, counted from 1, and batches done.",
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "object",
            "required": [
              "index",
              "of",
              "batches"
            ],
            "additionalProperties": false,
            "properties": {
              "index": {
                "type": "integer",
                "minimum": 1
              },
              "of": {
                "type": "integer",
                "minimum": 1
              },
              "batches": {
                "$ref": "#/$defs/count"
              }
            }
          }
        },
        "runs": {
          "$ref": "#/$defs/count"
        },
        "cells": {
          "description": "Cells of operation, state before it and outcome that were met, by number.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/count"
          }
        },
        "findings": {
          "description": "One for each cause, in the order they were found.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/finding"
          }
        }
      }
    },
    "finding": {
      "description": "A cause: its first batch, its smallest trace, and the bucket that shows it.",
      "type": "object",
      "required": [
        "cause",
        "count",
        "batch",
        "run",
        "bucket",
        "file",
        "trace"
      ],
      "additionalProperties": false,
      "properties": {
        "cause": {
          "type": "string"
        },
        "count": {
          "description": "Divergences.",
          "type": "integer",
          "minimum": 1
        },
        "batch": {
          "$ref": "#/$defs/count"
        },
        "run": {
          "$ref": "#/$defs/count"
        },
        "bucket": {
          "description": "The id of a bucket.",
          "type": "string"
        },
        "file": {
          "description": "Where the trace is, or would be.",
          "type": "string"
        },
        "trace": {
          "description": "The minimised trace, as its file has it.",
          "type": "object",
          "additionalProperties": true
        }
      }
    },
    "seededBugs": {
      "description": "How many bugs, seeded into direct and legacy one at a time, the traces find: measured before, on the same traces.",
      "type": "object",
      "required": [
        "bugs",
        "found",
        "equivalent",
        "survivors"
      ],
      "additionalProperties": false,
      "properties": {
        "bugs": {
          "description": "Seeded bugs that can be found.",
          "$ref": "#/$defs/count"
        },
        "found": {
          "description": "Those of them that a trace finds.",
          "$ref": "#/$defs/count"
        },
        "equivalent": {
          "description": "Mutants besides these that behave like the original.",
          "$ref": "#/$defs/count"
        },
        "survivors": {
          "description": "Names of those that no trace finds.",
          "type": "array",
          "items": {
            "type": "string"
          }
        }
      }
    },
    "texts": {
      "type": "array",
      "items": {
        "type": "string"
      }
    },
    "pairOfTexts": {
      "description": "One for each implementation.",
      "type": "array",
      "items": {
        "type": "string"
      },
      "minItems": 2,
      "maxItems": 2
    },
    "certificate": {
      "description": "What exploring a bounded world showed.",
      "type": "object",
      "required": [
        "format",
        "verdict",
        "complete",
        "implementations",
        "compare",
        "view",
        "from",
        "world",
        "states",
        "transitions",
        "depth",
        "frontier",
        "digest",
        "outcomes",
        "vacuous",
        "missing",
        "buckets",
        "seconds",
        "executed",
        "workers",
        "bytes"
      ],
      "additionalProperties": false,
      "properties": {
        "format": {
          "const": "pkvm-certificate/1"
        },
        "verdict": {
          "description": "equivalent: everything reachable was tried, and nothing diverged. diverged: something did. inconclusive: nothing did so far, and not everything was tried.",
          "enum": [
            "equivalent",
            "diverged",
            "inconclusive"
          ]
        },
        "complete": {
          "description": "Everything reachable was tried.",
          "type": "boolean"
        },
        "limit": {
          "description": "Why not.",
          "type": "string"
        },
        "implementations": {
          "$ref": "#/$defs/pairOfTexts"
        },
        "compare": {
          "enum": [
            "outcome",
            "ownership",
            "exact"
          ]
        },
        "view": {
          "description": "Which states are told apart.",
          "enum": [
            "exact",
            "ownership"
          ]
        },
        "from": {
          "description": "From boot as far as it goes, or from every constructed state, one operation deep.",
          "enum": [
            "boot",
            "all"
          ]
        },
        "shard": {
          "description": "Only where the search was split by its first operation; from 0.",
          "type": "object",
          "required": [
            "index",
            "count"
          ],
          "additionalProperties": false,
          "properties": {
            "index": {
              "$ref": "#/$defs/count"
            },
            "count": {
              "type": "integer",
              "minimum": 1
            }
          }
        },
        "world": {
          "$ref": "#/$defs/world"
        },
        "states": {
          "$ref": "#/$defs/count"
        },
        "transitions": {
          "$ref": "#/$defs/count"
        },
        "depth": {
          "description": "Operations of the longest shortest path.",
          "$ref": "#/$defs/count"
        },
        "frontier": {
          "description": "States met, or kept where renamings of one are kept once, and not expanded.",
          "$ref": "#/$defs/count"
        },
        "digest": {
          "description": "Of the state graph: the same for any order, any number of workers, any resume.",
          "type": "string"
        },
        "outcomes": {
          "description": "How often each outcome was met, by operation and outcome: `-EBUSY | -EPERM` where they differ.",
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": {
              "$ref": "#/$defs/count"
            }
          }
        },
        "vacuous": {
          "description": "Something that can happen did not: the equivalence says nothing about it.",
          "type": "boolean"
        },
        "missing": {
          "description": "What did not, as `operation: outcome`.",
          "$ref": "#/$defs/texts"
        },
        "buckets": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/certificateBucket"
          }
        },
        "invariants": {
          "description": "Only where they were checked.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/invariant"
          }
        },
        "symmetry": {
          "description": "Which states were kept for all that differ only in names, where that was used. The counts are of all of them.",
          "type": "object",
          "required": [
            "renamings",
            "order",
            "kept"
          ],
          "additionalProperties": false,
          "properties": {
            "renamings": {
              "description": "What may be renamed, in words.",
              "$ref": "#/$defs/texts"
            },
            "order": {
              "description": "Renamings, the identity counted.",
              "type": "integer",
              "minimum": 1
            },
            "kept": {
              "description": "States kept.",
              "$ref": "#/$defs/count"
            }
          }
        },
        "seconds": {
          "type": "number",
          "minimum": 0
        },
        "executed": {
          "description": "Operations run on the machines; the other transitions were known from their footprints.",
          "$ref": "#/$defs/count"
        },
        "workers": {
          "type": "integer",
          "minimum": 1
        },
        "bytes": {
          "description": "Of all states kept.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "world": {
      "description": "The bounded world: what is followed, and the operations tried in every state.",
      "type": "object",
      "required": [
        "pages",
        "gfns",
        "vms",
        "maxPins",
        "ranges",
        "debug",
        "place",
        "ops",
        "alphabet",
        "setup"
      ],
      "additionalProperties": false,
      "properties": {
        "pages": {
          "description": "Page numbers, hex.",
          "$ref": "#/$defs/texts"
        },
        "gfns": {
          "description": "Guest page numbers, hex.",
          "$ref": "#/$defs/texts"
        },
        "vms": {
          "$ref": "#/$defs/count"
        },
        "maxPins": {
          "description": "A page with so many references is not pinned any more.",
          "$ref": "#/$defs/count"
        },
        "ranges": {
          "description": "Range operations take 0 to so many pages.",
          "$ref": "#/$defs/count"
        },
        "debug": {
          "description": "CONFIG_NVHE_EL2_DEBUG.",
          "type": "boolean"
        },
        "place": {
          "description": "Where the pages lie: neighbours, edge, nomap or mmio.",
          "type": "string"
        },
        "ops": {
          "description": "Names of the operations.",
          "$ref": "#/$defs/texts"
        },
        "alphabet": {
          "description": "Operations, with parameters, tried in every state.",
          "$ref": "#/$defs/count"
        },
        "setup": {
          "description": "Operations before the first state.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "certificateBucket": {
      "type": "object",
      "required": [
        "bucket",
        "op",
        "outcomes",
        "columns",
        "transitions",
        "length",
        "trace"
      ],
      "additionalProperties": false,
      "properties": {
        "bucket": {
          "type": "string"
        },
        "id": {
          "description": "That of the bucket in `buckets`.",
          "type": "string"
        },
        "op": {
          "type": "string"
        },
        "outcomes": {
          "$ref": "#/$defs/pairOfTexts"
        },
        "columns": {
          "$ref": "#/$defs/texts"
        },
        "transitions": {
          "description": "Transitions in it.",
          "$ref": "#/$defs/count"
        },
        "length": {
          "description": "Operations of the shortest trace, the set-up not counted.",
          "$ref": "#/$defs/count"
        },
        "trace": {
          "description": "The shortest trace, operations as text.",
          "$ref": "#/$defs/texts"
        },
        "entry": {
          "description": "The baseline entry that has it; without one it is new.",
          "type": "string"
        },
        "file": {
          "description": "The file the trace was saved as.",
          "type": "string"
        },
        "reachable": {
          "description": "Of a divergence from a constructed state: does the world get there from boot?",
          "enum": [
            "reachable",
            "unreachable in this world",
            "unknown"
          ]
        },
        "bootTrace": {
          "description": "A shortest trace from boot, of a constructed one that is reachable.",
          "$ref": "#/$defs/texts"
        }
      }
    },
    "invariant": {
      "description": "An invariant, and whether it held in every state met.",
      "type": "object",
      "required": [
        "name",
        "rule",
        "source",
        "holds"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string"
        },
        "rule": {
          "type": "string"
        },
        "source": {
          "type": "string"
        },
        "holds": {
          "type": "boolean"
        },
        "what": {
          "description": "What violates it.",
          "type": "string"
        },
        "trace": {
          "description": "A shortest trace to where it does not hold.",
          "$ref": "#/$defs/texts"
        }
      }
    },
    "verdict": {
      "description": "equal: nothing differs. known: every difference is in a baseline. new: one is not. inconclusive: nothing new, but not everything was compared: interrupted, bad input, nothing to compare, or required coverage not met.",
      "enum": [
        "equal",
        "known",
        "new",
        "inconclusive"
      ]
    },
    "count": {
      "type": "integer",
      "minimum": 0
    },
    "implementation": {
      "type": "object",
      "required": [
        "name",
        "description"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1
        },
        "description": {
          "type": "string"
        },
        "commit": {
          "description": "The kernel commits it stands for.",
          "type": "string"
        }
      }
    },
    "counts": {
      "description": "Sums over the whole run.",
      "type": "object",
      "required": [
        "traces",
        "replays",
        "diverged",
        "compared",
        "notCompared",
        "words",
        "agreed",
        "known",
        "new",
        "problems"
      ],
      "additionalProperties": false,
      "properties": {
        "traces": {
          "description": "Traces read and replayed at least once.",
          "$ref": "#/$defs/count"
        },
        "replays": {
          "description": "Times a trace was replayed: traces x pairs x debug settings.",
          "$ref": "#/$defs/count"
        },
        "diverged": {
          "description": "Replays with a divergence.",
          "$ref": "#/$defs/count"
        },
        "compared": {
          "description": "Operations that both sides ran and that were compared.",
          "$ref": "#/$defs/count"
        },
        "notCompared": {
          "description": "Operations after the end of a side.",
          "$ref": "#/$defs/count"
        },
        "words": {
          "description": "Changed words of state compared.",
          "$ref": "#/$defs/count"
        },
        "agreed": {
          "$ref": "#/$defs/agreed"
        },
        "known": {
          "description": "Divergences that a baseline has.",
          "$ref": "#/$defs/count"
        },
        "new": {
          "description": "Divergences that no baseline has.",
          "$ref": "#/$defs/count"
        },
        "problems": {
          "description": "Problems of the input.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "agreed": {
      "description": "Operations with the same outcome on both sides, by what that was.",
      "type": "object",
      "required": [
        "success",
        "refused",
        "panicked"
      ],
      "additionalProperties": false,
      "properties": {
        "success": {
          "description": "Not an error.",
          "$ref": "#/$defs/count"
        },
        "refused": {
          "description": "An error.",
          "$ref": "#/$defs/count"
        },
        "panicked": {
          "description": "WARN, BUG or FAULT.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "pair": {
      "type": "object",
      "required": [
        "first",
        "second",
        "replays",
        "diverged",
        "compared",
        "notCompared",
        "known",
        "new",
        "operations"
      ],
      "additionalProperties": false,
      "properties": {
        "first": {
          "type": "string"
        },
        "second": {
          "type": "string"
        },
        "replays": {
          "$ref": "#/$defs/count"
        },
        "diverged": {
          "$ref": "#/$defs/count"
        },
        "compared": {
          "$ref": "#/$defs/count"
        },
        "notCompared": {
          "$ref": "#/$defs/count"
        },
        "known": {
          "$ref": "#/$defs/count"
        },
        "new": {
          "$ref": "#/$defs/count"
        },
        "operations": {
          "description": "By operation, those that were compared only.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/operation"
          }
        }
      }
    },
    "operation": {
      "type": "object",
      "required": [
        "op",
        "compared",
        "known",
        "new",
        "agreed",
        "outcomes"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "description": "Name of the operation.",
          "type": "string"
        },
        "compared": {
          "$ref": "#/$defs/count"
        },
        "known": {
          "$ref": "#/$defs/count"
        },
        "new": {
          "$ref": "#/$defs/count"
        },
        "agreed": {
          "$ref": "#/$defs/agreed"
        },
        "outcomes": {
          "description": "Outcomes both sides agreed on.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/outcomeCount"
          }
        }
      }
    },
    "outcomeCount": {
      "type": "object",
      "required": [
        "outcome",
        "count"
      ],
      "additionalProperties": false,
      "properties": {
        "outcome": {
          "description": "0, 1, `handle`, an error by name, WARN, BUG or FAULT.",
          "type": "string"
        },
        "count": {
          "$ref": "#/$defs/count"
        }
      }
    },
    "problem": {
      "type": "object",
      "required": [
        "file",
        "message"
      ],
      "additionalProperties": false,
      "properties": {
        "file": {
          "type": "string"
        },
        "line": {
          "description": "From 1.",
          "type": "integer",
          "minimum": 1
        },
        "column": {
          "description": "From 1.",
          "type": "integer",
          "minimum": 1
        },
        "pointer": {
          "description": "JSON pointer.",
          "type": "string"
        },
        "message": {
          "type": "string"
        }
      }
    },
    "sides": {
      "description": "One text for each implementation of the pair.",
      "type": "object",
      "required": [
        "first",
        "second"
      ],
      "additionalProperties": false,
      "properties": {
        "first": {
          "type": "string"
        },
        "second": {
          "type": "string"
        }
      }
    },
    "expectedSides": {
      "description": "What was expected of each side that did something else.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "first": {
          "type": "string"
        },
        "second": {
          "type": "string"
        }
      }
    },
    "column": {
      "description": "What a difference is in.",
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
    "kind": {
      "description": "outcome: the two returned different things. state: same outcome, different state. state-at-panic: both panicked, in different states. expectation: a side did not do what the trace expects.",
      "enum": [
        "outcome",
        "state",
        "state-at-panic",
        "expectation"
      ]
    },
    "bucket": {
      "description": "Divergences with the same root cause, told apart by what can be seen of it.",
      "type": "object",
      "required": [
        "id",
        "verdict",
        "pair",
        "op",
        "kind",
        "outcomes",
        "columns",
        "debug",
        "constructed",
        "count",
        "example"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "description": "The same in every run for the same cause.",
          "type": "string",
          "pattern": "^[0-9a-f]{12}$"
        },
        "verdict": {
          "enum": [
            "known",
            "new"
          ]
        },
        "entry": {
          "description": "The baseline entry that has it.",
          "type": "string"
        },
        "pair": {
          "$ref": "#/$defs/sides"
        },
        "op": {
          "description": "Name of the operation.",
          "type": "string"
        },
        "kind": {
          "$ref": "#/$defs/kind"
        },
        "outcomes": {
          "$ref": "#/$defs/sides"
        },
        "expected": {
          "$ref": "#/$defs/expectedSides"
        },
        "columns": {
          "description": "Columns that differ, sorted.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/column"
          }
        },
        "debug": {
          "description": "CONFIG_NVHE_EL2_DEBUG.",
          "type": "boolean"
        },
        "constructed": {
          "description": "From a trace that pokes: need not be reachable.",
          "type": "boolean"
        },
        "count": {
          "description": "Divergences in it.",
          "type": "integer",
          "minimum": 1
        },
        "example": {
          "$ref": "#/$defs/example"
        }
      }
    },
    "example": {
      "description": "The divergence of a bucket that the fewest operations lead to.",
      "type": "object",
      "required": [
        "trace",
        "file",
        "line",
        "opIndex",
        "opText",
        "differences",
        "moreDifferences"
      ],
      "additionalProperties": false,
      "properties": {
        "trace": {
          "type": "string"
        },
        "file": {
          "type": "string"
        },
        "line": {
          "type": "integer",
          "minimum": 1
        },
        "opIndex": {
          "description": "From 0.",
          "$ref": "#/$defs/count"
        },
        "opText": {
          "description": "The operation with its parameters.",
          "type": "string"
        },
        "before": {
          "description": "The operation's first page and its state before it.",
          "type": "string"
        },
        "differences": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/difference"
          }
        },
        "moreDifferences": {
          "description": "Differences left out above.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "difference": {
      "type": "object",
      "required": [
        "column",
        "subject",
        "first",
        "second"
      ],
      "additionalProperties": false,
      "properties": {
        "column": {
          "$ref": "#/$defs/column"
        },
        "subject": {
          "type": "string"
        },
        "first": {
          "type": "string"
        },
        "second": {
          "type": "string"
        }
      }
    },
    "baseline": {
      "description": "The known differences the run was held against.",
      "type": "object",
      "required": [
        "files",
        "entries",
        "stale"
      ],
      "additionalProperties": false,
      "properties": {
        "files": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "entries": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/baselineEntry"
          }
        },
        "stale": {
          "description": "Entries that are stale.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "baselineEntry": {
      "type": "object",
      "required": [
        "id",
        "file",
        "line",
        "reason",
        "owner",
        "matched",
        "stale",
        "outOfScope"
      ],
      "additionalProperties": false,
      "properties": {
        "id": {
          "type": "string"
        },
        "file": {
          "type": "string"
        },
        "line": {
          "type": "integer",
          "minimum": 1
        },
        "reason": {
          "type": "string"
        },
        "owner": {
          "type": "string"
        },
        "link": {
          "type": "string"
        },
        "expires": {
          "description": "YYYY-MM-DD.",
          "type": "string"
        },
        "matched": {
          "description": "Divergences it matched.",
          "$ref": "#/$defs/count"
        },
        "stale": {
          "description": "Why it is stale; empty if it is not.",
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "outOfScope": {
          "description": "What it names was not run: its pairs, or its debug setting where it is met.",
          "type": "boolean"
        }
      }
    },
    "coverage": {
      "description": "What the run met, by implementation.",
      "type": "object",
      "required": [
        "implementations",
        "missing"
      ],
      "additionalProperties": false,
      "properties": {
        "implementations": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/implementationCoverage"
          }
        },
        "missing": {
          "description": "Cells and branches that had to be met (--require-coverage) and were not.",
          "type": "array",
          "items": {
            "type": "string"
          }
        }
      }
    },
    "implementationCoverage": {
      "type": "object",
      "required": [
        "name",
        "cells",
        "neverMet",
        "branches",
        "neverFired"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string"
        },
        "cells": {
          "description": "Operation x state before it x outcome, those met only.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/cell"
          }
        },
        "neverMet": {
          "description": "Operation x state (of the states a page can be in), and operation x outcome, never met.",
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "branches": {
          "description": "Each way a check or a change went.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/branch"
          }
        },
        "neverFired": {
          "description": "Branches that are there and never went that way.",
          "type": "array",
          "items": {
            "type": "string"
          }
        }
      }
    },
    "cell": {
      "type": "object",
      "required": [
        "op",
        "debug",
        "host",
        "hyp",
        "guest",
        "outcome",
        "count"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "type": "string"
        },
        "debug": {
          "type": "boolean"
        },
        "host": {
          "description": "The host's state of the operation's first page.",
          "type": "string"
        },
        "hyp": {
          "type": "string"
        },
        "guest": {
          "type": "string"
        },
        "outcome": {
          "type": "string"
        },
        "count": {
          "type": "integer",
          "minimum": 1
        }
      }
    },
    "branch": {
      "type": "object",
      "required": [
        "name",
        "count"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string"
        },
        "count": {
          "type": "integer",
          "minimum": 1
        }
      }
    },
    "replay": {
      "description": "One trace through one pair.",
      "type": "object",
      "required": [
        "name",
        "file",
        "line",
        "pair",
        "debug",
        "constructed",
        "compared",
        "buckets"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string"
        },
        "file": {
          "type": "string"
        },
        "line": {
          "type": "integer",
          "minimum": 1
        },
        "pair": {
          "description": "Index in `pairs`, from 0.",
          "$ref": "#/$defs/count"
        },
        "debug": {
          "type": "boolean"
        },
        "constructed": {
          "type": "boolean"
        },
        "compared": {
          "description": "Operations compared.",
          "$ref": "#/$defs/count"
        },
        "buckets": {
          "description": "Ids of the buckets its divergences are in, each once.",
          "type": "array",
          "items": {
            "type": "string"
          }
        }
      }
    },
    "indexes": {
      "type": "array",
      "items": {
        "type": "integer",
        "minimum": -1
      }
    },
    "evidence": {
      "description": "Single replays, for a page to show. Texts and states are named by their index.",
      "type": "object",
      "required": [
        "strings",
        "states",
        "traces",
        "leftOut"
      ],
      "additionalProperties": false,
      "properties": {
        "strings": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "states": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/pageState"
          }
        },
        "traces": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/traceEvidence"
          }
        },
        "leftOut": {
          "description": "Replays for which there was no room.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "pageState": {
      "description": "What a page is to the host and to hyp; `none` where there is no memory.",
      "type": "object",
      "required": [
        "host",
        "hyp",
        "refcount",
        "shares"
      ],
      "additionalProperties": false,
      "properties": {
        "host": {
          "type": "string"
        },
        "hyp": {
          "type": "string"
        },
        "refcount": {
          "$ref": "#/$defs/count"
        },
        "shares": {
          "description": "host_share_guest_count.",
          "$ref": "#/$defs/count"
        }
      }
    },
    "traceEvidence": {
      "description": "One replay, operation by operation.",
      "type": "object",
      "required": [
        "name",
        "file",
        "line",
        "pair",
        "debug",
        "constructed",
        "opCount",
        "first",
        "ops",
        "pages",
        "pagesLeftOut"
      ],
      "additionalProperties": false,
      "properties": {
        "name": {
          "type": "string"
        },
        "file": {
          "type": "string"
        },
        "line": {
          "type": "integer",
          "minimum": 1
        },
        "description": {
          "type": "string"
        },
        "pair": {
          "description": "Index in `pairs`, from 0.",
          "$ref": "#/$defs/count"
        },
        "debug": {
          "type": "boolean"
        },
        "constructed": {
          "type": "boolean"
        },
        "opCount": {
          "description": "Operations of the trace.",
          "$ref": "#/$defs/count"
        },
        "first": {
          "description": "Index of the first operation in `ops`.",
          "$ref": "#/$defs/count"
        },
        "ops": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/opEvidence"
          }
        },
        "pages": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/pageEvidence"
          }
        },
        "pagesLeftOut": {
          "$ref": "#/$defs/count"
        }
      }
    },
    "pageEvidence": {
      "type": "object",
      "required": [
        "pfn",
        "cells"
      ],
      "additionalProperties": false,
      "properties": {
        "pfn": {
          "type": "integer",
          "minimum": 0
        },
        "cells": {
          "description": "Operation after which (first - 1: before the first), state of each side; where it changed.",
          "$ref": "#/$defs/indexes"
        }
      }
    },
    "opEvidence": {
      "type": "object",
      "required": [
        "text",
        "outcomes",
        "met"
      ],
      "additionalProperties": false,
      "properties": {
        "text": {
          "$ref": "#/$defs/count"
        },
        "outcomes": {
          "description": "One, or one for each side.",
          "$ref": "#/$defs/indexes"
        },
        "met": {
          "description": "`host|hyp|guest|outcome` as in the cells of coverage; one, or one for each side.",
          "$ref": "#/$defs/indexes"
        },
        "buckets": {
          "description": "Of a divergence.",
          "$ref": "#/$defs/indexes"
        },
        "differences": {
          "description": "Column, subject, first and second, one difference after the other.",
          "$ref": "#/$defs/indexes"
        },
        "moreDifferences": {
          "$ref": "#/$defs/count"
        },
        "explanation": {
          "$ref": "#/$defs/explanationEvidence"
        }
      }
    },
    "explanationEvidence": {
      "description": "What each side did, call by call.",
      "type": "object",
      "required": [
        "trees",
        "rows",
        "rowsLeftOut",
        "costs",
        "orderChanges",
        "moved",
        "sameEffects",
        "sameState"
      ],
      "additionalProperties": false,
      "properties": {
        "trees": {
          "description": "Of each side: depth, kind and text, one line after the other.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/indexes"
          }
        },
        "rows": {
          "description": "Effects aligned: kind, step and text, one row after the other.",
          "$ref": "#/$defs/indexes"
        },
        "rowsLeftOut": {
          "$ref": "#/$defs/count"
        },
        "costs": {
          "description": "Of each side: calls, depth, walks, PTE reads, PTE writes, TLB invalidations.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/indexes"
          }
        },
        "orderChanges": {
          "$ref": "#/$defs/indexes"
        },
        "moved": {
          "$ref": "#/$defs/count"
        },
        "sameEffects": {
          "type": "boolean"
        },
        "sameState": {
          "type": "boolean"
        }
      }
    }
  }
};
