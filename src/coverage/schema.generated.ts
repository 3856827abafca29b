// SPDX-License-Identifier: GPL-2.0-only
/** Generated from requirement.schema.json by scripts/generate-types.mjs: do not edit. */

export const requirementSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:pkvm-tracediff:coverage:1",
  "title": "RequirementDocument",
  "description": "What a run must have met, format pkvm-coverage/1.",
  "type": "object",
  "required": [
    "format"
  ],
  "additionalProperties": false,
  "properties": {
    "format": {
      "description": "Name and version of the format.",
      "const": "pkvm-coverage/1"
    },
    "description": {
      "description": "Why these.",
      "type": "string"
    },
    "implementations": {
      "description": "Implementations that must have met it; every one compared if left out.",
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      },
      "minItems": 1,
      "uniqueItems": true
    },
    "cells": {
      "description": "Operations in states with outcomes; what is left out may be anything.",
      "type": "array",
      "items": {
        "$ref": "#/$defs/requiredCell"
      }
    },
    "branches": {
      "description": "Branches by name; * stands for any text.",
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      }
    }
  },
  "$defs": {
    "requiredCell": {
      "type": "object",
      "required": [
        "op"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "description": "Name of the operation.",
          "type": "string",
          "minLength": 1
        },
        "host": {
          "$ref": "#/$defs/state"
        },
        "hyp": {
          "$ref": "#/$defs/state"
        },
        "guest": {
          "$ref": "#/$defs/state"
        },
        "outcome": {
          "description": "0, 1, handle, an error by name, WARN, BUG or FAULT.",
          "type": "string",
          "minLength": 1
        },
        "debug": {
          "description": "CONFIG_NVHE_EL2_DEBUG.",
          "type": "boolean"
        },
        "count": {
          "description": "How often at least; once if left out.",
          "type": "integer",
          "minimum": 1
        }
      }
    },
    "state": {
      "description": "State of the operation's first page; none where there is no such page.",
      "enum": [
        "OWNED",
        "SHARED_OWNED",
        "SHARED_BORROWED",
        "NOPAGE",
        "none"
      ]
    }
  }
};
