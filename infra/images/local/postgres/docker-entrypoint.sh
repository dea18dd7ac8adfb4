#!/usr/bin/env bash
# Starts PostgreSQL by the contract of the official image: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB (each also with
# _FILE), POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA, and scripts in /docker-entrypoint-initdb.d.
set -Eeuo pipefail

# A value, or the content of the file that NAME_FILE names.
setting() {
  local name=$1 default=${2-} file=${1}_FILE
  if [[ -n ${!file-} ]]; then
    export "$name=$(<"${!file}")"
  else
    export "$name=${!name-$default}"
  fi
}

initialise() {
  if [[ -z $POSTGRES_PASSWORD && ${POSTGRES_HOST_AUTH_METHOD-} != trust ]]; then
    echo "Error: Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD." >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # several arguments in one variable, as in the official image
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 \
    ${POSTGRES_INITDB_ARGS-} --pgdata="$PGDATA"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  {
    echo "listen_addresses = '*'"
    echo "unix_socket_directories = '/var/run/postgresql'"
  } >>"$PGDATA/postgresql.conf"

  # A first server, on its socket alone, for the database and the scripts. Whoever waits for the image waits for the
  # second "ready to accept connections".
  PGUSER=$POSTGRES_USER pg_ctl --pgdata="$PGDATA" --options="-c listen_addresses=''" --wait start
  local sql=(psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER")
  if [[ $POSTGRES_DB != postgres ]]; then
    "${sql[@]}" --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
  fi
  local script
  # shellcheck disable=SC1090 # the user's own scripts
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) if [[ -x $script ]]; then "$script"; else . "$script"; fi ;;
      *.sql) "${sql[@]}" --dbname "$POSTGRES_DB" --file "$script" ;;
      *.sql.gz) gunzip -c "$script" | "${sql[@]}" --dbname "$POSTGRES_DB" ;;
    esac
  done
  PGUSER=$POSTGRES_USER pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
  echo "PostgreSQL init process complete; ready for start up."
}

[[ ${1-} == -* ]] && set -- postgres "$@"
if [[ ${1-} == postgres ]]; then
  if ((EUID == 0)); then
    # A fresh volume belongs to root.
    install -d -o postgres -g postgres -m 0700 "$PGDATA"
    find "$PGDATA" \! -user postgres -exec chown postgres:postgres {} +
    chown postgres:postgres "$(dirname "$PGDATA")"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "${BASH_SOURCE[0]}" "$@"
  fi
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA"
  setting POSTGRES_PASSWORD
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  [[ -s $PGDATA/PG_VERSION ]] || initialise
  unset POSTGRES_PASSWORD
fi
exec "$@"
