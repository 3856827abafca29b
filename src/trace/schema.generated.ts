// SPDX-License-Identifier: GPL-2.0-only
/** Generated from trace.schema.json by scripts/generate-types.mjs: do not edit. */

export const traceSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:pkvm-tracediff:trace:1",
  "title": "TraceDocument",
  "description": "A trace of operations on pKVM's memory, format pkvm-trace/1.",
  "type": "object",
  "required": [
    "format",
    "name",
    "ops"
  ],
  "additionalProperties": false,
  "properties": {
    "format": {
      "description": "Name and version of the format.",
      "const": "pkvm-trace/1"
    },
    "name": {
      "description": "Name of the trace, unique among the traces of a run.",
      "type": "string",
      "minLength": 1
    },
    "description": {
      "description": "Why the trace exists.",
      "type": "string"
    },
    "machine": {
      "$ref": "#/$defs/machine"
    },
    "ops": {
      "$ref": "#/$defs/operations"
    }
  },
  "$defs": {
    "pageNumber": {
      "description": "A page number (u64; an address is the page number times 4096, modulo 2^64).",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 9007199254740991,
      "pattern": "^0x[0-9a-fA-F]{1,16}$"
    },
    "address": {
      "description": "A byte address (u64).",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 9007199254740991,
      "pattern": "^0x[0-9a-fA-F]{1,16}$"
    },
    "pageAddress": {
      "description": "A byte address (u64), a multiple of 4096.",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 9007199254740991,
      "pattern": "^0x(0{1,16}|[0-9a-fA-F]{1,13}000)$",
      "multipleOf": 4096
    },
    "pageCount": {
      "description": "A number of 4 KiB pages (u64; the size is the count times 4096, modulo 2^64).",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 9007199254740991,
      "pattern": "^0x[0-9a-fA-F]{1,16}$"
    },
    "unsignedInt": {
      "description": "A number (u64) that the operation takes as a C unsigned int: modulo 2^32.",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 9007199254740991,
      "pattern": "^0x[0-9a-fA-F]{1,16}$"
    },
    "protection": {
      "description": "Access rights (u64): X 1, W 2, R 4, added up. Other bits are refused by the operation.",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 9007199254740991,
      "pattern": "^0x[0-9a-fA-F]{1,16}$"
    },
    "u32": {
      "description": "A number of 32 bits.",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 4294967295,
      "pattern": "^0x[0-9a-fA-F]{1,8}$"
    },
    "u16": {
      "description": "A number of 16 bits.",
      "type": [
        "integer",
        "string"
      ],
      "minimum": 0,
      "maximum": 65535,
      "pattern": "^0x[0-9a-fA-F]{1,4}$"
    },
    "outcome": {
      "description": "An outcome: the int an operation returns, that int as an errno name, or a panic.",
      "type": [
        "integer",
        "string"
      ],
      "minimum": -2147483648,
      "maximum": 2147483647,
      "pattern": "^(-EPERM|-ENOENT|-E2BIG|-EAGAIN|-ENOMEM|-EFAULT|-EBUSY|-EINVAL|-ERANGE|WARN|BUG|FAULT)$"
    },
    "expect": {
      "description": "The outcome each implementation is held to, or one per implementation by name where they differ.",
      "type": [
        "integer",
        "string",
        "object"
      ],
      "minimum": -2147483648,
      "maximum": 2147483647,
      "pattern": "^(-EPERM|-ENOENT|-E2BIG|-EAGAIN|-ENOMEM|-EFAULT|-EBUSY|-EINVAL|-ERANGE|WARN|BUG|FAULT)$",
      "minProperties": 1,
      "propertyNames": {
        "pattern": "^[a-z][a-z0-9-]*$"
      },
      "additionalProperties": {
        "$ref": "#/$defs/outcome"
      },
      "tsType": "Outcome | { [implementation: string]: Outcome }"
    },
    "__pkvm_host_share_hyp": {
      "description": "The host shares a page with the hypervisor.",
      "type": "object",
      "required": [
        "op",
        "pfn"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_share_hyp"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Physical page number."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_unshare_hyp": {
      "description": "The host takes back a page it shared with the hypervisor.",
      "type": "object",
      "required": [
        "op",
        "pfn"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_unshare_hyp"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Physical page number."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_donate_hyp": {
      "description": "The host gives pages to the hypervisor.",
      "type": "object",
      "required": [
        "op",
        "pfn",
        "nr_pages"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_donate_hyp"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "First physical page number."
        },
        "nr_pages": {
          "$ref": "#/$defs/pageCount",
          "description": "Number of pages."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_hyp_donate_host": {
      "description": "The hypervisor gives pages to the host.",
      "type": "object",
      "required": [
        "op",
        "pfn",
        "nr_pages"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_hyp_donate_host"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "First physical page number."
        },
        "nr_pages": {
          "$ref": "#/$defs/pageCount",
          "description": "Number of pages."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_share_ffa": {
      "description": "The host shares pages with the secure world.",
      "type": "object",
      "required": [
        "op",
        "pfn",
        "nr_pages"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_share_ffa"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "First physical page number."
        },
        "nr_pages": {
          "$ref": "#/$defs/pageCount",
          "description": "Number of pages."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_unshare_ffa": {
      "description": "The host takes back pages it shared with the secure world.",
      "type": "object",
      "required": [
        "op",
        "pfn",
        "nr_pages"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_unshare_ffa"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "First physical page number."
        },
        "nr_pages": {
          "$ref": "#/$defs/pageCount",
          "description": "Number of pages."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "hyp_pin_shared_mem": {
      "description": "The hypervisor pins memory the host shares with it.",
      "type": "object",
      "required": [
        "op",
        "from",
        "to"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "hyp_pin_shared_mem"
        },
        "from": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the first byte; rounded down to a page."
        },
        "to": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address after the last byte; rounded up to a page."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "hyp_unpin_shared_mem": {
      "description": "The hypervisor gives up a pin.",
      "type": "object",
      "required": [
        "op",
        "from",
        "to"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "hyp_unpin_shared_mem"
        },
        "from": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the first byte; rounded down to a page."
        },
        "to": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address after the last byte; rounded up to a page."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "handle_host_mem_abort": {
      "description": "The host touches an address that its stage 2 does not map.",
      "type": "object",
      "required": [
        "op",
        "addr"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "handle_host_mem_abort"
        },
        "addr": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address touched."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "ffaRange": {
      "description": "A constituent memory range of an FF-A call.",
      "type": "object",
      "required": [
        "address",
        "pg_cnt"
      ],
      "additionalProperties": false,
      "properties": {
        "address": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the range; rounded down to a page."
        },
        "pg_cnt": {
          "$ref": "#/$defs/u32",
          "description": "Number of pages (u32)."
        }
      }
    },
    "ffa_host_share_ranges": {
      "description": "An FF-A call shares ranges with the secure world.",
      "type": "object",
      "required": [
        "op",
        "ranges"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "ffa_host_share_ranges"
        },
        "ranges": {
          "description": "The ranges, in order; there may be none.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/ffaRange"
          }
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "ffa_host_unshare_ranges": {
      "description": "An FF-A call takes back ranges.",
      "type": "object",
      "required": [
        "op",
        "ranges"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "ffa_host_unshare_ranges"
        },
        "ranges": {
          "description": "The ranges, in order; there may be none.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/ffaRange"
          }
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_init_vm": {
      "description": "The host creates a VM; the result is its handle.",
      "type": "object",
      "required": [
        "op",
        "host_kvm",
        "nr_vcpus",
        "vm",
        "pgd"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_init_vm"
        },
        "host_kvm": {
          "$ref": "#/$defs/pageAddress",
          "description": "Physical byte address of the host's struct kvm, page-aligned."
        },
        "nr_vcpus": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Number of vCPUs announced (C unsigned int: modulo 2^32)."
        },
        "vm": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the memory donated for the VM; refused unless page-aligned."
        },
        "pgd": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the two pages donated for the guest's stage 2; refused unless page-aligned."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_init_vcpu": {
      "description": "The host creates a vCPU of a VM.",
      "type": "object",
      "required": [
        "op",
        "vm",
        "host_vcpu",
        "vcpu_idx",
        "vcpu"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_init_vcpu"
        },
        "vm": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32)."
        },
        "host_vcpu": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the host's struct kvm_vcpu."
        },
        "vcpu_idx": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Index of the vCPU (C unsigned int: modulo 2^32)."
        },
        "vcpu": {
          "$ref": "#/$defs/address",
          "description": "Physical byte address of the two pages donated for the vCPU; refused unless page-aligned."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_vcpu_load": {
      "description": "The CPU loads a vCPU.",
      "type": "object",
      "required": [
        "op",
        "vm",
        "vcpu_idx"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_vcpu_load"
        },
        "vm": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32)."
        },
        "vcpu_idx": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Index of the vCPU (C unsigned int: modulo 2^32)."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_vcpu_put": {
      "description": "The CPU puts the vCPU it has loaded.",
      "type": "object",
      "required": [
        "op"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_vcpu_put"
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_share_guest": {
      "description": "The host shares a page with the VM of the loaded vCPU.",
      "type": "object",
      "required": [
        "op",
        "pfn",
        "gfn",
        "prot"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_share_guest"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Physical page number."
        },
        "gfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Guest page number: guest physical address / 4096."
        },
        "prot": {
          "$ref": "#/$defs/protection",
          "description": "Access rights of the guest: X 1, W 2, R 4, added up."
        },
        "memcache": {
          "description": "Physical page numbers of the pages in the host's vCPU memcache, head first.",
          "type": "array",
          "items": {
            "$ref": "#/$defs/pageNumber"
          }
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_unshare_guest": {
      "description": "The host takes back a page it shared with a VM.",
      "type": "object",
      "required": [
        "op",
        "vm",
        "gfn"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_unshare_guest"
        },
        "vm": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32)."
        },
        "gfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Guest page number: guest physical address / 4096."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_wrprotect_guest": {
      "description": "The host makes a guest's page read-only.",
      "type": "object",
      "required": [
        "op",
        "vm",
        "gfn"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_wrprotect_guest"
        },
        "vm": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32)."
        },
        "gfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Guest page number: guest physical address / 4096."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_test_clear_young_guest": {
      "description": "The host asks whether a guest used a page; the result is 0 or 1.",
      "type": "object",
      "required": [
        "op",
        "vm",
        "gfn",
        "mkold"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_test_clear_young_guest"
        },
        "vm": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32)."
        },
        "gfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Guest page number: guest physical address / 4096."
        },
        "mkold": {
          "description": "Whether to clear the access flag.",
          "type": "boolean"
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_relax_perms_guest": {
      "description": "The host adds rights to a page of the loaded vCPU's VM.",
      "type": "object",
      "required": [
        "op",
        "gfn",
        "prot"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_relax_perms_guest"
        },
        "gfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Guest page number: guest physical address / 4096."
        },
        "prot": {
          "$ref": "#/$defs/protection",
          "description": "Access rights of the guest: X 1, W 2, R 4, added up."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_host_mkyoung_guest": {
      "description": "The host sets the access flag of a page of the loaded vCPU's VM.",
      "type": "object",
      "required": [
        "op",
        "gfn"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_host_mkyoung_guest"
        },
        "gfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Guest page number: guest physical address / 4096."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "__pkvm_teardown_vm": {
      "description": "The host destroys a VM.",
      "type": "object",
      "required": [
        "op",
        "vm"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "__pkvm_teardown_vm"
        },
        "vm": {
          "$ref": "#/$defs/unsignedInt",
          "description": "Handle of the VM, as __pkvm_init_vm returned it (C unsigned int: modulo 2^32)."
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      }
    },
    "poke": {
      "description": "Writes a page's state without any check; at least one of the four. The trace is then a constructed one: the state need not be reachable.",
      "type": "object",
      "required": [
        "op",
        "pfn"
      ],
      "additionalProperties": false,
      "properties": {
        "op": {
          "const": "poke"
        },
        "pfn": {
          "$ref": "#/$defs/pageNumber",
          "description": "Physical page number."
        },
        "host_state": {
          "description": "The host's state of the page in the vmemmap.",
          "enum": [
            "OWNED",
            "SHARED_OWNED",
            "SHARED_BORROWED",
            "NOPAGE"
          ]
        },
        "refcount": {
          "$ref": "#/$defs/u16",
          "description": "The page's reference count (u16)."
        },
        "host_share_guest_count": {
          "$ref": "#/$defs/u32",
          "description": "How many guest mappings the host shares the page with (u32)."
        },
        "hyp_state": {
          "description": "Maps the page in the hypervisor's stage 1 with this state, or unmaps it (NOPAGE).",
          "enum": [
            "OWNED",
            "SHARED_BORROWED",
            "NOPAGE"
          ]
        },
        "expect": {
          "$ref": "#/$defs/expect"
        },
        "comment": {
          "description": "Free text.",
          "type": "string"
        }
      },
      "anyOf": [
        {
          "required": [
            "host_state"
          ]
        },
        {
          "required": [
            "refcount"
          ]
        },
        {
          "required": [
            "host_share_guest_count"
          ]
        },
        {
          "required": [
            "hyp_state"
          ]
        }
      ]
    },
    "operation": {
      "description": "One operation, by the name of the C function it stands for.",
      "type": "object",
      "required": [
        "op"
      ],
      "discriminator": {
        "propertyName": "op"
      },
      "oneOf": [
        {
          "$ref": "#/$defs/__pkvm_host_share_hyp"
        },
        {
          "$ref": "#/$defs/__pkvm_host_unshare_hyp"
        },
        {
          "$ref": "#/$defs/__pkvm_host_donate_hyp"
        },
        {
          "$ref": "#/$defs/__pkvm_hyp_donate_host"
        },
        {
          "$ref": "#/$defs/__pkvm_host_share_ffa"
        },
        {
          "$ref": "#/$defs/__pkvm_host_unshare_ffa"
        },
        {
          "$ref": "#/$defs/hyp_pin_shared_mem"
        },
        {
          "$ref": "#/$defs/hyp_unpin_shared_mem"
        },
        {
          "$ref": "#/$defs/handle_host_mem_abort"
        },
        {
          "$ref": "#/$defs/ffa_host_share_ranges"
        },
        {
          "$ref": "#/$defs/ffa_host_unshare_ranges"
        },
        {
          "$ref": "#/$defs/__pkvm_init_vm"
        },
        {
          "$ref": "#/$defs/__pkvm_init_vcpu"
        },
        {
          "$ref": "#/$defs/__pkvm_vcpu_load"
        },
        {
          "$ref": "#/$defs/__pkvm_vcpu_put"
        },
        {
          "$ref": "#/$defs/__pkvm_host_share_guest"
        },
        {
          "$ref": "#/$defs/__pkvm_host_unshare_guest"
        },
        {
          "$ref": "#/$defs/__pkvm_host_wrprotect_guest"
        },
        {
          "$ref": "#/$defs/__pkvm_host_test_clear_young_guest"
        },
        {
          "$ref": "#/$defs/__pkvm_host_relax_perms_guest"
        },
        {
          "$ref": "#/$defs/__pkvm_host_mkyoung_guest"
        },
        {
          "$ref": "#/$defs/__pkvm_teardown_vm"
        },
        {
          "$ref": "#/$defs/poke"
        }
      ]
    },
    "memoryRegion": {
      "description": "A memory region.",
      "type": "object",
      "required": [
        "base",
        "pages"
      ],
      "additionalProperties": false,
      "properties": {
        "base": {
          "$ref": "#/$defs/pageAddress",
          "description": "Physical byte address of the region, page-aligned."
        },
        "pages": {
          "$ref": "#/$defs/pageCount",
          "description": "Length in pages."
        },
        "nomap": {
          "description": "Not to be mapped by the host (default false).",
          "type": "boolean"
        }
      }
    },
    "machine": {
      "description": "The machine to boot. Each part that is left out has its default.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "nvhe_el2_debug": {
          "description": "CONFIG_NVHE_EL2_DEBUG (default false).",
          "type": "boolean"
        },
        "share_guest_warn": {
          "description": "Whether sharing a page with a guest that is shared otherwise is a WARN (default) or -EPERM.",
          "type": "boolean"
        },
        "memory": {
          "description": "The memory regions, sorted and disjoint, below 2^40.",
          "type": "array",
          "minItems": 1,
          "items": {
            "$ref": "#/$defs/memoryRegion"
          }
        },
        "hyp_carveout": {
          "description": "The memory the hypervisor boots with.",
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "pfn": {
              "$ref": "#/$defs/pageNumber",
              "description": "First physical page number (default 0x40e00)."
            },
            "hpool_pages": {
              "$ref": "#/$defs/pageCount",
              "description": "Pages of the hypervisor's own pool (default 536)."
            },
            "host_s2_pages": {
              "$ref": "#/$defs/pageCount",
              "description": "Pages for the tables of the host's stage 2 (default 552)."
            }
          }
        }
      }
    },
    "operations": {
      "description": "The operations, in order.",
      "type": "array",
      "minItems": 1,
      "items": {
        "$ref": "#/$defs/operation"
      }
    },
    "results": {
      "description": "One result per operation, up to and including a panic: the int returned, or the panic.",
      "type": "array",
      "minItems": 1,
      "items": {
        "type": [
          "integer",
          "string"
        ],
        "minimum": -2147483648,
        "maximum": 2147483647,
        "pattern": "^(WARN|BUG|FAULT)$",
        "tsType": "(number | 'WARN' | 'BUG' | 'FAULT')"
      }
    },
    "runs": {
      "description": "Runs of equal pages: numbers and words, hex frame and page numbers as strings.",
      "type": "array",
      "items": {
        "type": "array",
        "items": {
          "type": [
            "integer",
            "string"
          ]
        }
      }
    },
    "vmDump": {
      "type": "object",
      "description": "A VM in a state dump.",
      "additionalProperties": false,
      "required": [
        "handle",
        "nr_vcpus",
        "created",
        "pool_free",
        "s2",
        "s2_hash",
        "vcpus"
      ],
      "properties": {
        "handle": {
          "type": "integer",
          "minimum": 0
        },
        "nr_vcpus": {
          "type": "integer",
          "minimum": 0
        },
        "created": {
          "type": "integer",
          "minimum": 0
        },
        "pool_free": {
          "type": "integer",
          "minimum": 0
        },
        "s2": {
          "$ref": "#/$defs/runs"
        },
        "s2_hash": {
          "description": "FNV-1a over the raw descriptors and their addresses.",
          "type": "string",
          "pattern": "^[0-9a-f]{16}$"
        },
        "vcpus": {
          "type": "array",
          "items": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "memcache"
            ],
            "properties": {
              "memcache": {
                "type": "array",
                "items": {
                  "type": "string"
                }
              }
            }
          }
        }
      }
    },
    "stateDump": {
      "type": "object",
      "description": "The state of a machine, run-length encoded.",
      "additionalProperties": false,
      "required": [
        "vmemmap",
        "host_s2",
        "host_s2_hash",
        "hyp_s1",
        "hyp_s1_hash",
        "free",
        "vms"
      ],
      "properties": {
        "vmemmap": {
          "$ref": "#/$defs/runs"
        },
        "host_s2": {
          "$ref": "#/$defs/runs"
        },
        "host_s2_hash": {
          "description": "FNV-1a over the raw descriptors and their addresses.",
          "type": "string",
          "pattern": "^[0-9a-f]{16}$"
        },
        "hyp_s1": {
          "$ref": "#/$defs/runs"
        },
        "hyp_s1_hash": {
          "description": "FNV-1a over the raw descriptors and their addresses.",
          "type": "string",
          "pattern": "^[0-9a-f]{16}$"
        },
        "free": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "hpool",
            "host_s2"
          ],
          "properties": {
            "hpool": {
              "type": "integer",
              "minimum": 0
            },
            "host_s2": {
              "type": "integer",
              "minimum": 0
            }
          }
        },
        "vms": {
          "type": "array",
          "items": {
            "$ref": "#/$defs/vmDump"
          }
        },
        "loaded": {
          "description": "Handle and vCPU index of the loaded vCPU.",
          "type": "array",
          "items": {
            "type": "integer",
            "minimum": 0
          },
          "minItems": 2,
          "maxItems": 2,
          "tsType": "[number, number]"
        }
      }
    },
    "recording": {
      "title": "RecordingDocument",
      "description": "A trace and what the compiled kernel code did with it.",
      "type": "object",
      "required": [
        "name",
        "ops",
        "results"
      ],
      "additionalProperties": false,
      "properties": {
        "format": {
          "description": "Name and version of the format.",
          "const": "pkvm-trace/1"
        },
        "name": {
          "description": "Name of the trace, unique among the traces of a run.",
          "type": "string",
          "minLength": 1
        },
        "description": {
          "description": "Why the trace exists.",
          "type": "string"
        },
        "machine": {
          "$ref": "#/$defs/machine"
        },
        "ops": {
          "$ref": "#/$defs/operations"
        },
        "results": {
          "description": "Results by implementation; direct and legacy_before_fix only where they differ from legacy.",
          "type": "object",
          "required": [
            "legacy"
          ],
          "additionalProperties": false,
          "properties": {
            "legacy": {
              "$ref": "#/$defs/results"
            },
            "direct": {
              "$ref": "#/$defs/results"
            },
            "legacy_before_fix": {
              "$ref": "#/$defs/results"
            }
          }
        },
        "state": {
          "description": "State after the last operation or at the panic; direct only where it differs from legacy.",
          "type": "object",
          "required": [
            "legacy"
          ],
          "additionalProperties": false,
          "properties": {
            "legacy": {
              "$ref": "#/$defs/stateDump"
            },
            "direct": {
              "$ref": "#/$defs/stateDump"
            }
          }
        }
      }
    }
  }
};
