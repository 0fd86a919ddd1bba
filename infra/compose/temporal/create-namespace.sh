#!/bin/sh
# The namespace and Ares' search attributes; what is there already stays.
set -eu
until temporal operator cluster health; do sleep 2; done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" >/dev/null; do sleep 2; done
# search attributes (pipeline/search-attributes.ts; a test compares)
temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name Pipeline --type Keyword \
  --name Symbol --type Keyword \
  --name Exchange --type Keyword \
  --name RunState --type Keyword \
  --name CurrentStep --type Keyword \
  --name BlockedStep --type Keyword \
  --name ErrorType --type Keyword \
  --name SpecHash --type Keyword \
  --name StepsDone --type Int
