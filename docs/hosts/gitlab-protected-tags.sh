#!/bin/sh
# Protect the events of a GitLab project: nobody moves or deletes one by git; who may create them is
# said by level (40 maintainers, 30 developers). Needs a token with the scope api:
#   GITLAB_URL=https://gitlab.example.com PROJECT=shop%2Fmodels GITLAB_TOKEN=… sh gitlab-protected-tags.sh
set -eu

protect() {
  curl --fail --silent --show-error --request POST \
    --header "PRIVATE-TOKEN: $GITLAB_TOKEN" \
    --data-urlencode "name=$1" --data "create_access_level=$2" \
    "$GITLAB_URL/api/v4/projects/$PROJECT/protected_tags"
  echo
}

protect '*@v*' 30
protect '*@deprecated*' 30
protect '*@created*' 30
protect '*#*' 30
# What prod holds: where two wildcards match a tag, whoever one of them allows may create it. So if
# only maintainers shall promote to prod, list the other stages instead of '*#*'. A version that is
# withdrawn ('*@v*!*') leaves the stage that holds it; no wildcard tells that from '*@v*'.
