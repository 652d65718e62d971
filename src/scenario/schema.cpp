// The format's shape, once: scenario.schema.json is this text with what each verb's file (verbs/) adds, and the
// parser's checks walk it (shape.cpp). What a schema cannot say (references between parts, manifests) is checked by
// references.cpp and manifests.cpp.
//
// Three keywords are ours, and only annotations to other programs: "x-check" names the function in formats.cpp that
// decides where "pattern" approximates it for editors (both must agree:
// tests/system/loopback/test_schema_agreement.py), "x-expected" is how a message names what is wanted, and "x-refused"
// gives words outside an "enum" that somebody may well write, with why they are refused.
#include "scenario/verbs.hpp"
#include <straycat/finding/causes.hpp>
#include <straycat/scenario/scenario.hpp>

namespace straycat::scenario {
namespace {

constexpr const char* top_shapes = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://straycat.dev/scenario.schema.json",
  "title": "straycat scenario, straycat/v1alpha1",
  "description": "What a run does to a cluster, which requests it sends meanwhile, and what it expects to find.",
  "type": "object",
  "additionalProperties": false,
  "required": ["apiVersion", "kind", "metadata", "spec"],
  "properties": {
    "apiVersion": {"const": "straycat/v1alpha1", "description": "The version of this format."},
    "kind": {"const": "Scenario"},
    "metadata": {
      "type": "object",
      "additionalProperties": false,
      "required": ["name"],
      "properties": {
        "name": {"$ref": "#/$defs/name", "description": "The scenario's name: in reports, and in the names of what a run makes."},
        "description": {"type": "string", "description": "What it shows, for people."},
        "labels": {"$ref": "#/$defs/texts", "description": "By which `straycat run PATH... -l` selects it. straycat.dev/cluster: real (or embedded) says that only a real cluster (or straycat's own) can show it."}
      }
    },
    "spec": {
      "type": "object",
      "additionalProperties": false,
      "required": ["traffic", "steps"],
      "properties": {
        "for": {
          "anyOf": [{"$ref": "#/$defs/target"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/target"}}],
          "x-expected": "an object as Kind/name, such as Deployment/sayhi, or a list of them",
          "description": "The workload that the Service is meant for, or several that share it on purpose. Inferred, and said so, when absent."
        },
        "matrix": {
          "type": "object",
          "minProperties": 1,
          "additionalProperties": {
            "type": "array", "minItems": 1,
            "items": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991}, {"type": "boolean"}], "x-expected": "text, a whole number, or true or false"}
          },
          "description": "Values by name. Each combination is a scenario of its own, in which ${name} stands for the value; at most 64."
        },
        "traffic": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/traffic"}, "description": "The requests that are sent."},
        "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}, "description": "What is done, in order."},
        "expect": {"$ref": "#/$defs/expect"},
        "cluster": {"$ref": "#/$defs/cluster"},
        "deadline": {"$ref": "#/$defs/duration", "description": "The run ends after this, whatever it is doing. 10m by default."},
        "seed": {"type": "integer", "minimum": 0, "maximum": 9007199254740991, "x-expected": "a whole number from 0 on", "description": "Of everything random in the run. A new one each time by default; every report names it."}
      }
    }
  }
})json";

constexpr const char* values_shapes = R"json({
  "name": {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "x-check": "name", "x-expected": "a name of at most 63 small letters, digits and dashes"},
  "duration": {"type": "string", "maxLength": 40, "pattern": "^(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|\u00b5s|ms|s|m|h))+$", "x-check": "duration", "x-expected": "a duration such as 300ms, 1s or 2m30s"},
  "rate": {"type": "string", "pattern": "^(?!0+(\\.0+)?/)[0-9]{1,6}(\\.[0-9]{1,6})?/[smh]$", "x-check": "rate", "x-expected": "a rate such as 100/s or 30/m"},
  "budget": {
    "anyOf": [
      {"type": "integer", "minimum": 0, "maximum": 9007199254740991, "x-expected": "a number of requests from 0 on"},
      {"type": "string", "pattern": "^(100(\\.0{1,6})?|[0-9]{1,2}(\\.[0-9]{1,6})?)%$", "x-check": "share", "x-expected": "a share such as 0.5%"}
    ],
    "x-expected": "a number of requests, or a share such as 0.5%"
  },
  "target": {"type": "string", "maxLength": 320, "pattern": "^[A-Za-z]+(\\.[a-z0-9.]+)?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "x-check": "target", "x-expected": "an object as Kind/name, such as Deployment/sayhi"},
  "path": {"type": "string", "minLength": 1, "pattern": "^[^/]", "x-check": "path", "x-expected": "a file's path relative to the scenario"},
  "paths": {
    "anyOf": [{"$ref": "#/$defs/path"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/path"}}],
    "x-expected": "a file, or a list of files"
  },
  "texts": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "x-expected": "text (quote it)"}},
  "status": {"type": "integer", "minimum": 100, "maximum": 599, "x-expected": "an HTTP status from 100 to 599"}
})json";

constexpr const char* traffic_shapes = R"json({
  "traffic": {
    "type": "object",
    "additionalProperties": false,
    "required": ["url"],
    "oneOf": [{"required": ["rate"]}, {"required": ["loops"]}],
    "dependentRequired": {"pause": ["loops"]},
    "properties": {
      "name": {"$ref": "#/$defs/name", "description": "May be left out where there is only one traffic."},
      "from": {"enum": ["pod", "nodes", "host", "api"], "description": "Where the requests start: a pod in the cluster (default); a pod on each node; this machine (for URLs that it can reach: an ingress, a NodePort, a load balancer); the API server's proxy (needs no image; says nothing of the nodes' data planes)."},
      "url": {"type": "string", "pattern": "^https?://([^/?#@ \\t-\\r]*@)?([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?([/?#][^ \\t-\\r]*)?$", "x-check": "url", "x-expected": "an http:// or https:// URL", "description": "As a client in the namespace writes it: http://sayhi/hi."},
      "method": {"enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], "description": "GET by default."},
      "headers": {"$ref": "#/$defs/texts"},
      "rate": {"$ref": "#/$defs/rate", "description": "Open loop: so many requests, evenly, whatever the answers do."},
      "loops": {"type": "integer", "minimum": 1, "maximum": 10000, "x-expected": "a number of loops from 1 to 10000", "description": "Closed loop: so many workers, each sending its next request after the answer and a pause."},
      "pause": {"$ref": "#/$defs/duration", "description": "Of a closed loop. 1s by default."},
      "timeout": {"$ref": "#/$defs/duration", "description": "Of a whole request. 10s by default."},
      "connectTimeout": {"$ref": "#/$defs/duration", "description": "5s by default, and never more than the timeout."},
      "keepAlive": {"type": "string", "pattern": "^(100(\\.0{1,6})?|[0-9]{1,2}(\\.[0-9]{1,6})?)%$", "x-check": "share", "x-expected": "a share such as 50%", "description": "So many of the requests may go over a connection that was used before. 0% by default: a new connection each."},
      "service": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$", "x-check": "service", "x-expected": "a Service as name or name.namespace", "description": "The Service behind the URL, where its host does not say it or no step makes it."},
      "expect": {
        "type": "object",
        "additionalProperties": false,
        "description": "Which answer counts as good. Status 200 by default.",
        "properties": {
          "status": {"anyOf": [{"$ref": "#/$defs/status"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/status"}}], "x-expected": "an HTTP status, or a list of them"},
          "body": {"type": "string", "x-expected": "text (quote it)", "description": "The whole body, to the byte."},
          "bodyContains": {"type": "string", "minLength": 1, "x-expected": "text (quote it)"}
        }
      }
    }
  }
})json";

constexpr const char* steps_shapes = R"json({
  "step": {
    "type": "object",
    "additionalProperties": false,
    "oneOf": [],
    "properties": {
      "name": {"$ref": "#/$defs/name", "description": "Made up from the verb and the position (wait-2) where absent."},
      "phase": {"$ref": "#/$defs/name", "description": "The phase of the run that this step opens."}
    }
  },
  "replicas": {"type": "integer", "minimum": 0, "maximum": 1000, "x-expected": "a number of replicas from 0 to 1000"},
  "overlay": {
    "type": "object",
    "additionalProperties": false,
    "oneOf": [{"required": ["file"]}, {"required": ["files"]}],
    "description": "Files, and what to change in their manifests before they are applied.",
    "properties": {
      "file": {"$ref": "#/$defs/path"},
      "files": {"$ref": "#/$defs/paths"},
      "env": {"$ref": "#/$defs/texts", "description": "Set in every container of every pod template."},
      "labels": {"$ref": "#/$defs/texts", "description": "Set in every object's own metadata."},
      "podLabels": {"$ref": "#/$defs/texts", "description": "Set in every pod template."},
      "replicas": {"$ref": "#/$defs/replicas"},
      "images": {"$ref": "#/$defs/texts", "description": "An image's name -> the one to use in its place."},
      "merge": {"type": "object", "minProperties": 1, "description": "A JSON merge patch (RFC 7386) for every object of the files."}
    }
  }
})json";

constexpr const char* expectations_shapes = R"json({
  "expect": {
    "type": "object",
    "additionalProperties": false,
    "description": "What the run is to find. It ends with 0 when it was found so, 1 when not, 2 when that cannot be told.",
    "properties": {
      "finding": {
        "description": "The cause; a general one is met by a special one of its kind as well. none by default."
      },
      "workload": {"$ref": "#/$defs/target", "description": "The workload that is at fault."},
      "maxFailures": {"$ref": "#/$defs/budget", "description": "Over the whole run."},
      "phases": {
        "type": "array",
        "minItems": 1,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["phase"],
          "properties": {
            "phase": {"$ref": "#/$defs/name", "description": "A phase that a step opens."},
            "maxFailures": {"$ref": "#/$defs/budget"},
            "minFailures": {"$ref": "#/$defs/budget"},
            "readinessProbeFailed": {"const": "none", "description": "No \"Readiness probe failed\" Event was written for a pod that was ready meanwhile."}
          }
        }
      }
    }
  },
  "cluster": {
    "type": "object",
    "additionalProperties": false,
    "description": "How the embedded cluster is to be. Other clusters ignore it.",
    "properties": {
      "images": {
        "type": "object",
        "description": "An image's name -> the command line of its program, or the archive that holds its files.",
        "additionalProperties": {
          "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1, "x-expected": "text (quote it)"}},
            {"type": "object", "additionalProperties": false, "required": ["archive"], "properties": {"archive": {"type": "string", "minLength": 1, "description": "What docker save or skopeo copy wrote, beside the scenario."}}}],
          "x-expected": "a program, a list of program and arguments, or {archive: FILE}"
        }
      },
      "minSyncPeriod": {"$ref": "#/$defs/duration", "description": "The data plane writes its rules at most once in this. 1s by default, as kube-proxy."},
      "nodes": {"type": "integer", "minimum": 1, "maximum": 16, "x-expected": "a number of nodes from 1 to 16", "description": "How many nodes it has: node1, node2, ... 1 by default."}
    }
  }
})json";

// What can be expected: what the table of causes says that a run can find.
nlohmann::json findings(nlohmann::json rule) {
  rule["enum"] = nlohmann::json::array({plan::Expectations::none, plan::Expectations::inconclusive});
  for (const finding::CauseRow& row : finding::causes()) {
    if (finding::expectable(row.cause))
      rule["enum"].push_back(row.id);
    else
      rule["x-refused"][std::string(row.id)] = finding::why_not_expectable(row.cause);
  }
  return rule;
}

// A step has exactly one of the verbs.
void add_verbs(nlohmann::json& step) {
  plan::each_action([&](const auto& one) {
    const char* shape = reading(one).shape;
    if (shape == nullptr) return;
    const std::string verb(to_string(one.verb));
    step["properties"][verb] = nlohmann::json::parse(shape);
    step["oneOf"].push_back({{"required", nlohmann::json::array({verb})}});
  });
}

}  // namespace

nlohmann::json schema() {
  nlohmann::json document = nlohmann::json::parse(top_shapes);
  document["$defs"] = nlohmann::json::object();
  for (const char* part : {values_shapes, traffic_shapes, steps_shapes, expectations_shapes})
    document["$defs"].update(nlohmann::json::parse(part));
  nlohmann::json& finding = document["$defs"]["expect"]["properties"]["finding"];
  finding = findings(std::move(finding));
  add_verbs(document["$defs"]["step"]);
  return document;
}

}  // namespace straycat::scenario
