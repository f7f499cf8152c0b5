#!/bin/sh
# With curl alone: the warnings in force, then their changes as they come (Server-Sent Events), behind a cursor kept in a file.
#   FENGHUO_URL=http://127.0.0.1:4000/graphql FENGHUO_KEY=fh_… sh client/examples/curl.sh
set -u
url=${FENGHUO_URL:-http://127.0.0.1:4000/graphql}
place=${FENGHUO_CURSOR:-warnings.cursor}

ask() { # for how many seconds, what is to come back, the request
  curl -sSN --max-time "$1" -H "accept: $2" -H 'content-type: application/json' ${FENGHUO_KEY:+-H "authorization: Bearer $FENGHUO_KEY"} "$url" -d "$3"
}
field() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p"; }
keep() { printf '%s\n' "$1" > "$place.new" && mv "$place.new" "$place"; }

# What the hub says against it; ends where that stays so.
refused() {
  [ -z "$1" ] || echo "$1" >&2
  case $1 in *'"code":"UNAUTHENTICATED"'* | *'"code":"BAD_INPUT"'*) exit 3 ;; esac
}

# First the cursor, then the state: what changes in between comes as a change.
begin() {
  answer=$(ask 20 application/json '{"query":"{ currentCursor }"}')
  cursor=$(printf '%s\n' "$answer" | field currentCursor)
  if [ -z "$cursor" ]; then refused "$answer"; return 1; fi
  ask 20 application/json '{"query":"{ warnings(first: 200) { edges { node { identifier level headline } } } }"}' && echo && keep "$cursor"
}

follow() {
  query='subscription ($after: Cursor) { warningChanged(after: $after) { cursor kind warning { identifier level headline } } }'
  # An hour at the most: a stream that died without a word is begun anew.
  ask 3600 text/event-stream "{\"query\":\"$query\",\"variables\":{\"after\":\"$(cat "$place")\"}}" |
    while read -r line || [ -n "$line" ]; do
      case $line in
      *'"code":"CURSOR_EXPIRED"'*) echo 'warnings may have been missed' >&2; rm "$place" ;;
      data:*'"cursor":'*)
        echo "${line#data: }" # act here …
        keep "$(printf '%s\n' "$line" | field cursor)" # … then remember
        ;;
      *'"code":'*) refused "$line" ;;
      esac
    done
}

while :; do
  if [ -s "$place" ] || begin; then follow || exit; fi
  sleep "$(awk 'BEGIN { srand(); print 5 * rand() }')"
done
