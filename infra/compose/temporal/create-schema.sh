#!/bin/sh
# Temporal's two databases, made or brought up to date; both steps may be repeated.
set -eu
versioned=/etc/temporal/schema/postgresql/v12
for database in temporal temporal_visibility; do
  folder=$([ "$database" = temporal ] && echo temporal || echo visibility)
  sql="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS --port $DB_PORT --user $POSTGRES_USER --db $database"
  $sql create
  # Fails where the schema's table of versions is there already: then only the update is due.
  $sql setup-schema --version 0.0 || echo "schema of $database is there"
  $sql update-schema --schema-dir "$versioned/$folder/versioned"
done
