"""The first tables."""

import sqlalchemy as sa
from alembic import op

from storage import schema
from storage.engines import ways

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meta",
        sa.Column("name", schema.NAME, nullable=False),
        sa.Column("value", schema.NAME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", schema.Printed(), server_default="", nullable=False),
        sa.Column("requested_url", schema.Printed(), nullable=False),
        sa.Column("url", schema.Printed(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("fetched_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("file", schema.NAME, nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("digest", schema.NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("file", "offset", name=op.f("uq_record_file_offset")),
    )
    op.create_index(op.f("ix_record_url_fetched_at"), "record", ["url", "fetched_at"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", schema.Printed(), server_default="", nullable=False),
        sa.Column("started", schema.Utc(timezone=True), nullable=False),
        sa.Column("ended", schema.Utc(timezone=True), nullable=True),
        sa.Column("fetched", sa.Integer(), server_default="0", nullable=False),
        sa.Column("listings", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revised", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("blind", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("failure_url", schema.Printed(), nullable=True),
        sa.Column("failure_kind", schema.Printed(), nullable=True),
        sa.Column("failure_message", schema.Printed(), nullable=True),
        sa.Column("failure_at", schema.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_source"), "run", ["source"], unique=False)
    op.create_table(
        "source",
        sa.Column("name", schema.Printed(), nullable=False),
        sa.Column("title", schema.Printed(), server_default="", nullable=False),
        sa.Column("place", schema.Printed(), server_default="", nullable=False),
        sa.Column("first_run_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("settled_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("run_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("failure_url", schema.Printed(), nullable=True),
        sa.Column("failure_kind", schema.Printed(), nullable=True),
        sa.Column("failure_message", schema.Printed(), nullable=True),
        sa.Column("failure_at", schema.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", schema.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", schema.Printed(), nullable=False),
        sa.Column("source", schema.Printed(), nullable=False),
        sa.Column("url", schema.Printed(), nullable=False),
        sa.Column("etag", schema.Printed(), server_default="", nullable=False),
        sa.Column("last_modified", schema.Printed(), server_default="", nullable=False),
        sa.Column("announced_modified", schema.Utc(timezone=True), nullable=True),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text_key", schema.NAME, nullable=True),
        sa.Column("announced_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("first_seen", schema.Utc(timezone=True), nullable=False),
        sa.Column("last_read", schema.Utc(timezone=True), nullable=False),
        sa.Column("last_checked", schema.Utc(timezone=True), nullable=False),
        sa.Column("last_changed", schema.Utc(timezone=True), nullable=False),
        sa.Column("gone_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("seen_hash", schema.NAME, nullable=False),
        sa.Column("restless", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", schema.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_article_source_source")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_article_story_id_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("key", name=op.f("uq_article_key")),
    )
    op.create_index(op.f("ix_article_source"), "article", ["source"], unique=False)
    op.create_index(op.f("ix_article_story_id"), "article", ["story_id"], unique=False)
    op.create_index(op.f("ix_article_text_key"), "article", ["text_key"], unique=False)
    op.create_table(
        "listing",
        sa.Column("url", schema.Printed(), nullable=False),
        sa.Column("source", schema.Printed(), nullable=False),
        sa.Column("etag", schema.Printed(), server_default="", nullable=False),
        sa.Column("last_modified", schema.Printed(), server_default="", nullable=False),
        sa.Column("read_at", schema.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_listing_source_source")),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_listing")),
    )
    op.create_table(
        "pending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", schema.Printed(), nullable=False),
        sa.Column("source", schema.Printed(), nullable=False),
        sa.Column("url", schema.Printed(), nullable=False),
        sa.Column("title", schema.Printed(), server_default="", nullable=False),
        sa.Column("published_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("announced_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("run_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("state", schema.NAME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("failure_kind", schema.Printed(), nullable=True),
        sa.Column("failure_message", schema.Printed(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_pending_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending")),
        sa.UniqueConstraint("key", name=op.f("uq_pending_key")),
    )
    op.create_index(op.f("ix_pending_source_state"), "pending", ["source", "state"], unique=False)
    op.create_index(op.f("ix_pending_url"), "pending", ["url"], unique=False)
    op.create_table(
        "rejection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", schema.Printed(), server_default="", nullable=False),
        sa.Column("url", schema.Printed(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("reason", schema.NAME, nullable=False),
        sa.Column("message", schema.Printed(), nullable=False),
        sa.Column("at", schema.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_rejection_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection")),
        sa.UniqueConstraint("record_id", name=op.f("uq_rejection_record_id")),
    )
    op.create_index(op.f("ix_rejection_source"), "rejection", ["source"], unique=False)
    op.create_table(
        "address",
        sa.Column("key", schema.Printed(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("url", schema.Printed(), nullable=False),
        sa.Column("content_hash", schema.NAME, nullable=True),
        sa.Column("seen_at", schema.Utc(timezone=True), nullable=False),
        sa.Column("gone_at", schema.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_address_article_id_article")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_address")),
    )
    op.create_index(op.f("ix_address_article_id"), "address", ["article_id"], unique=False)
    op.create_index(op.f("ix_address_url"), "address", ["url"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", schema.Printed(), nullable=True),
        sa.Column("lead", schema.Printed(), nullable=True),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("published_at", schema.Utc(timezone=True), nullable=True),
        sa.Column("published_offset", sa.Integer(), nullable=True),
        sa.Column("published_precision", schema.NAME, nullable=True),
        sa.Column("published_raw", schema.Printed(), nullable=True),
        sa.Column("published_origin", schema.Printed(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("credit", schema.Printed(), nullable=True),
        sa.Column("section", schema.Printed(), nullable=True),
        sa.Column("template", schema.Printed(), nullable=True),
        sa.Column("content_hash", schema.NAME, nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("cause", schema.NAME, nullable=False),
        sa.Column("stored_at", schema.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_revision_article_id_article")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_revision_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("article_id", "sequence", name=op.f("uq_revision_article_id_sequence")),
    )
    op.create_table(
        "citation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("key", schema.Printed(), nullable=False),
        sa.Column("printed", schema.Printed(), nullable=False),
        sa.Column("family", schema.Printed(), nullable=False),
        sa.Column("context", schema.Printed(), nullable=False),
        sa.Column("signed", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_citation_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation")),
    )
    op.create_index(op.f("ix_citation_key"), "citation", ["key"], unique=False)
    op.create_index(op.f("ix_citation_revision_id"), "citation", ["revision_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed", schema.NAME, nullable=False),
        sa.Column("uuid", schema.NAME, nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("state", schema.NAME, nullable=False),
        sa.Column("announced", schema.Utc(timezone=True), nullable=False),
        sa.Column("updated", schema.Utc(timezone=True), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_entry_article_id_article")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_entry_revision_id_revision")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_entry_story_id_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("feed", "story_id", name=op.f("uq_entry_feed_story_id")),
    )
    op.create_index(op.f("ix_entry_article_id"), "entry", ["article_id"], unique=False)
    op.create_index(op.f("ix_entry_feed_state_updated"), "entry", ["feed", "state", "updated"], unique=False)
    op.create_index(op.f("ix_entry_story_id"), "entry", ["story_id"], unique=False)
    op.create_table(
        "match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("topic", schema.NAME, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_match_revision_id_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match_revision_id"), "match", ["revision_id"], unique=False)
    op.create_index(op.f("ix_match_topic"), "match", ["topic"], unique=False)
    for statement in ways(op.get_bind()).DDL:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first tables")
