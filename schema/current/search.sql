-- search: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE VIRTUAL TABLE adapters_fts USING fts5(
  title, name, concept, class_word, tags, owner, description,
  content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

CREATE TABLE catalog (
  doc INTEGER PRIMARY KEY,
  adapter_id TEXT NOT NULL,
  listed INTEGER NOT NULL,
  base INTEGER NOT NULL,
  class INTEGER NOT NULL,
  licence INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  allows INTEGER NOT NULL,
  rating INTEGER NOT NULL,
  slot INTEGER,
  published_at INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  likes INTEGER NOT NULL,
  trend REAL NOT NULL,
  name TEXT NOT NULL
);
CREATE UNIQUE INDEX catalog_adapter ON catalog (adapter_id);
CREATE INDEX catalog_most_liked ON catalog (listed, likes, doc, base, class, licence, owner, allows, rating, slot);
CREATE INDEX catalog_most_used ON catalog (listed, uses, doc, base, class, licence, owner, allows, rating, slot);
CREATE INDEX catalog_name ON catalog (listed, name, doc, base, class, licence, owner, allows, rating, slot);
CREATE INDEX catalog_newest ON catalog (listed, published_at, doc, base, class, licence, owner, allows, rating, slot);
CREATE INDEX catalog_owner ON catalog (owner, listed, base, class, licence, allows, rating, slot);
CREATE INDEX catalog_owners ON catalog (listed, owner, base, class, licence, allows, rating, slot);
CREATE INDEX catalog_slot ON catalog (listed, base, slot, class, licence, owner, allows, rating);
CREATE INDEX catalog_trending ON catalog (listed, trend, doc, base, class, licence, owner, allows, rating, slot);

CREATE TABLE catalog_counts (
  kind TEXT NOT NULL,
  rating INTEGER NOT NULL,
  value INTEGER NOT NULL,
  docs INTEGER NOT NULL,
  PRIMARY KEY (kind, rating, value)
) WITHOUT ROWID;
CREATE INDEX catalog_counts_most ON catalog_counts (kind, rating, docs);

CREATE TABLE catalog_cube (
  base INTEGER NOT NULL,
  class INTEGER NOT NULL,
  licence INTEGER NOT NULL,
  allows INTEGER NOT NULL,
  rating INTEGER NOT NULL,
  docs INTEGER NOT NULL,
  PRIMARY KEY (rating, base, class, licence, allows)
) WITHOUT ROWID;

CREATE TABLE catalog_revision (id INTEGER PRIMARY KEY CHECK (id = 1), listing INTEGER NOT NULL, facets INTEGER NOT NULL);

CREATE TABLE catalog_tags (
  tag INTEGER NOT NULL,
  doc INTEGER NOT NULL,
  listed INTEGER NOT NULL,
  base INTEGER NOT NULL,
  class INTEGER NOT NULL,
  licence INTEGER NOT NULL,
  allows INTEGER NOT NULL,
  rating INTEGER NOT NULL,
  PRIMARY KEY (listed, tag, doc)
) WITHOUT ROWID;
CREATE INDEX catalog_tags_doc ON catalog_tags (doc, listed, tag, rating, base, class, licence, allows);

CREATE TABLE catalog_values (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  value TEXT NOT NULL
);
CREATE UNIQUE INDEX catalog_values_value ON catalog_values (kind, value);

CREATE TABLE catalog_words (id INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE UNIQUE INDEX catalog_words_word ON catalog_words (word);

CREATE VIRTUAL TABLE catalog_words_fts USING fts5(word, content = '', tokenize = 'trigram remove_diacritics 1');

CREATE VIRTUAL TABLE mixes_fts USING fts5(
  mix_id UNINDEXED, title, name, description,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

CREATE TABLE search_folds (text TEXT PRIMARY KEY, folded TEXT NOT NULL) WITHOUT ROWID;

CREATE VIEW catalog_doc_words AS SELECT t.doc AS doc, w.value AS word
FROM catalog_folded t, json_each('["' || replace(substr(json_quote(lower(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    t.title || ' ' || t.name || ' ' || t.concept || ' ' || t.class_word || ' ' || t.tags || ' ' || t.owner,
    '-', ' '), '_', ' '), '"', ' '), '[', ' '), ']', ' '), ',', ' '), '.', ' '), '(', ' '), ')', ' '), '/', ' '), ':', ' '),
    '&', ' '), '!', ' '), '?', ' '), char(10), ' ')
)), 2), ' ', '","') || ']') w
WHERE t.listed AND length(w.value) BETWEEN 3 AND 32;

CREATE VIEW catalog_facts AS SELECT
  a.id AS adapter_id,
  a.state = 'published' AND a.visibility = 'public' AND u.suspended_at IS NULL AND u.deleted_at IS NULL AS listed,
  (SELECT id FROM catalog_values WHERE kind = 'base' AND value = a.base_id) AS base,
  (SELECT id FROM catalog_values WHERE kind = 'class' AND value = lower(a.class_word)) AS class,
  (SELECT id FROM catalog_values WHERE kind = 'licence' AND value = a.licence ->> 'spdx') AS licence,
  (SELECT id FROM catalog_values WHERE kind = 'owner' AND value = a.owner_id) AS owner,
  (a.licence ->> 'commercial_use') + 2 * (a.licence ->> 'derivatives') + 4 * (a.licence ->> 'different_licence')
    + 8 * NOT (a.licence ->> 'credit') AS allows,
  CASE a.rating WHEN 'general' THEN 0 WHEN 'sensitive' THEN 1 ELSE 2 END AS rating,
  (SELECT slot FROM slots WHERE adapter_id = a.id) AS slot,
  coalesce(a.published_at, a.created_at) AS published_at,
  a.uses AS uses, a.likes AS likes, a.trend AS trend, a.name AS name
FROM adapters a LEFT JOIN users u ON u.id = a.owner_id;

CREATE VIEW catalog_folded AS
SELECT doc, listed, fields ->> 'title' AS title, name, fields ->> 'concept' AS concept, fields ->> 'class_word' AS class_word,
  fields ->> 'tags' AS tags, owner, fields ->> 'description' AS description
FROM (SELECT t.doc, t.listed, t.name, t.owner, j.value AS fields FROM catalog_texts t, json_each(json_array((
  SELECT json_group_object(f.key, CASE WHEN NOT (f.value GLOB '*[¨ª¯²-µ¸-º¼-¾ßĲĳĿŀŉſǄ-ǌǱ-ǳ]*'
    OR f.value GLOB '*[ʰ-˿ͺ΄΅ϐ-ϖϰ-ϲϴϵϹևٵ-ٸ]*'
    OR f.value GLOB '*[ำຳໜໝ༌ჼᴬ-ẞ᾽-῾①-⓪]*'
    OR f.value GLOB '*[‑‗․-…″‴‶‷‼-⁗⁰-∰]*'
    OR f.value GLOB '*[⨌-⩶ⱼ-ⵯ⺟-㏿ꚜ-ꟹꭜ-ꭩﬀ-￮]*'
    OR f.value GLOB '*[𐞁-𐞺𜳖-𝟿𞀰-𞺻🄀-🉑🯰-🯹]*') THEN f.value ELSE (
    WITH RECURSIVE pieces (at, piece, rest) AS (
      SELECT 1, substr(f.value, 1, 100), substr(f.value, 101) UNION ALL
      SELECT at + 100, substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
    ), characters (at, character, rest) AS (
      SELECT at, substr(piece, 1, 1), substr(piece, 2) FROM pieces UNION ALL
      SELECT at + 1, substr(rest, 1, 1), substr(rest, 2) FROM characters WHERE rest <> ''
    ), neighbours AS (
      SELECT at, character, lag(character) OVER (ORDER BY at) AS before, lead(character) OVER (ORDER BY at) AS next FROM characters
    )
    SELECT group_concat(CASE WHEN EXISTS (SELECT 1 FROM search_folds WHERE text = before || character) THEN '' ELSE coalesce(
      (SELECT folded FROM search_folds WHERE text = character || next),
      (SELECT folded FROM search_folds WHERE text = character), character) END, '' ORDER BY at) FROM neighbours
  ) END) FROM json_each(json_object('title', t.title, 'concept', t.concept, 'class_word', t.class_word, 'tags', t.tags, 'description', t.description)) f
))) j);

CREATE VIEW catalog_terms AS
SELECT doc, fields ->> 'title' AS title, name, fields ->> 'concept' AS concept, fields ->> 'class_word' AS class_word,
  fields ->> 'tags' AS tags, owner, fields ->> 'description' AS description
FROM (SELECT t.doc, t.name, t.owner, j.value AS fields FROM catalog_folded t, json_each(json_array((
  SELECT json_group_object(f.key, CASE WHEN f.value NOT GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*' THEN f.value ELSE (
    WITH RECURSIVE pieces (at, piece, rest) AS (
      SELECT 1, substr(f.value, 1, 100), substr(f.value, 101) UNION ALL
      SELECT at + 100, substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
    ), characters (at, character, rest) AS (
      SELECT at, substr(piece, 1, 1), substr(piece, 2) FROM pieces UNION ALL
      SELECT at + 1, substr(rest, 1, 1), substr(rest, 2) FROM characters WHERE rest <> ''
    ), classified AS (
      SELECT at, character, coalesce((
        SELECT kind FROM unspaced_characters WHERE unicode(character) BETWEEN first AND last
      ), 'other') AS kind FROM characters
    ), pairs AS (
      SELECT at, character, kind, lead(character) OVER (ORDER BY at) AS next, lead(kind) OVER (ORDER BY at) AS next_kind
      FROM classified WHERE kind <> 'mark'
    )
    SELECT group_concat(CASE WHEN kind = 'other' THEN character
      ELSE ' ' || character || iif(next_kind = 'character', next, '') || ' ' END, '' ORDER BY at) FROM pairs
  ) END) FROM json_each(json_object('title', t.title, 'concept', t.concept, 'class_word', t.class_word, 'tags', t.tags, 'description', t.description)) f
))) j);

CREATE VIEW catalog_texts AS SELECT
  c.doc AS doc, c.listed AS listed, a.title AS title, a.name AS name, a.concept AS concept, a.class_word AS class_word, a.tags AS tags,
  coalesce(u.handle, '') AS owner, a.description AS description
FROM catalog c JOIN adapters a ON a.id = c.adapter_id LEFT JOIN users u ON u.id = a.owner_id;

CREATE VIEW mix_folded AS
SELECT id, fields ->> 'title' AS title, name, fields ->> 'description' AS description
FROM (SELECT m.id, m.name, j.value AS fields FROM mixes m, json_each(json_array((
  SELECT json_group_object(f.key, CASE WHEN NOT (f.value GLOB '*[¨ª¯²-µ¸-º¼-¾ßĲĳĿŀŉſǄ-ǌǱ-ǳ]*'
    OR f.value GLOB '*[ʰ-˿ͺ΄΅ϐ-ϖϰ-ϲϴϵϹևٵ-ٸ]*'
    OR f.value GLOB '*[ำຳໜໝ༌ჼᴬ-ẞ᾽-῾①-⓪]*'
    OR f.value GLOB '*[‑‗․-…″‴‶‷‼-⁗⁰-∰]*'
    OR f.value GLOB '*[⨌-⩶ⱼ-ⵯ⺟-㏿ꚜ-ꟹꭜ-ꭩﬀ-￮]*'
    OR f.value GLOB '*[𐞁-𐞺𜳖-𝟿𞀰-𞺻🄀-🉑🯰-🯹]*') THEN f.value ELSE (
    WITH RECURSIVE pieces (at, piece, rest) AS (
      SELECT 1, substr(f.value, 1, 100), substr(f.value, 101) UNION ALL
      SELECT at + 100, substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
    ), characters (at, character, rest) AS (
      SELECT at, substr(piece, 1, 1), substr(piece, 2) FROM pieces UNION ALL
      SELECT at + 1, substr(rest, 1, 1), substr(rest, 2) FROM characters WHERE rest <> ''
    ), neighbours AS (
      SELECT at, character, lag(character) OVER (ORDER BY at) AS before, lead(character) OVER (ORDER BY at) AS next FROM characters
    )
    SELECT group_concat(CASE WHEN EXISTS (SELECT 1 FROM search_folds WHERE text = before || character) THEN '' ELSE coalesce(
      (SELECT folded FROM search_folds WHERE text = character || next),
      (SELECT folded FROM search_folds WHERE text = character), character) END, '' ORDER BY at) FROM neighbours
  ) END) FROM json_each(json_object('title', m.title, 'description', m.description)) f
))) j);

CREATE VIEW mix_terms AS
SELECT mix_id, fields ->> 'title' AS title, name, fields ->> 'description' AS description
FROM (SELECT m.id AS mix_id, m.name, j.value AS fields FROM mix_folded m, json_each(json_array((
  SELECT json_group_object(f.key, CASE WHEN f.value NOT GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*' THEN f.value ELSE (
    WITH RECURSIVE pieces (at, piece, rest) AS (
      SELECT 1, substr(f.value, 1, 100), substr(f.value, 101) UNION ALL
      SELECT at + 100, substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
    ), characters (at, character, rest) AS (
      SELECT at, substr(piece, 1, 1), substr(piece, 2) FROM pieces UNION ALL
      SELECT at + 1, substr(rest, 1, 1), substr(rest, 2) FROM characters WHERE rest <> ''
    ), classified AS (
      SELECT at, character, coalesce((
        SELECT kind FROM unspaced_characters WHERE unicode(character) BETWEEN first AND last
      ), 'other') AS kind FROM characters
    ), pairs AS (
      SELECT at, character, kind, lead(character) OVER (ORDER BY at) AS next, lead(kind) OVER (ORDER BY at) AS next_kind
      FROM classified WHERE kind <> 'mark'
    )
    SELECT group_concat(CASE WHEN kind = 'other' THEN character
      ELSE ' ' || character || iif(next_kind = 'character', next, '') || ' ' END, '' ORDER BY at) FROM pairs
  ) END) FROM json_each(json_object('title', m.title, 'description', m.description)) f
))) j);

CREATE VIEW unspaced_characters AS SELECT column1 AS first, column2 AS last, column3 AS kind FROM (VALUES
  (0x3400, 0x4DBF, 'character'), (0x4E00, 0x9FFF, 'character'), (0xF900, 0xFAD9, 'character'), (0x20000, 0x323AF, 'character'), -- Han
  (0x3005, 0x3007, 'character'), (0x3041, 0x3096, 'character'), (0x309D, 0x309F, 'character'), (0x30A1, 0x30FA, 'character'), (0x30FC, 0x30FF, 'character'), (0x31F0, 0x31FF, 'character'), (0xFF66, 0xFF9F, 'character'), -- kana
  (0x0E01, 0x0E30, 'character'), (0x0E32, 0x0E33, 'character'), (0x0E40, 0x0E46, 'character'), -- Thai
  (0x0E81, 0x0EB0, 'character'), (0x0EB2, 0x0EB3, 'character'), (0x0EBD, 0x0EC6, 'character'), (0x0EDC, 0x0EDF, 'character'), -- Lao
  (0x1000, 0x102A, 'character'), (0x103F, 0x103F, 'character'), (0x1050, 0x1055, 'character'), (0x105A, 0x105D, 'character'), (0x1061, 0x1061, 'character'), (0x1065, 0x1066, 'character'), (0x106E, 0x1070, 'character'), (0x1075, 0x1081, 'character'), (0x108E, 0x108E, 'character'), -- Myanmar
  (0x1780, 0x17B3, 'character'), (0x17D7, 0x17D7, 'character'), (0x17DC, 0x17DC, 'character'), -- Khmer
  (0xAC00, 0xD7A3, 'character'), -- Hangul, whose words are joined to particles and to each other
  (0x3099, 0x309A, 'mark'), -- kana
  (0x0E31, 0x0E31, 'mark'), (0x0E34, 0x0E3A, 'mark'), (0x0E47, 0x0E4E, 'mark'), -- Thai
  (0x0EB1, 0x0EB1, 'mark'), (0x0EB4, 0x0EBC, 'mark'), (0x0EC8, 0x0ECE, 'mark'), -- Lao
  (0x102B, 0x103E, 'mark'), (0x1056, 0x1059, 'mark'), (0x105E, 0x1060, 'mark'), (0x1062, 0x1064, 'mark'), (0x1067, 0x106D, 'mark'), (0x1071, 0x1074, 'mark'), (0x1082, 0x108D, 'mark'), (0x108F, 0x108F, 'mark'), (0x109A, 0x109D, 'mark'), -- Myanmar
  (0x17B4, 0x17D3, 'mark'), (0x17DD, 0x17DD, 'mark') -- Khmer
);

-- The search index has no row of an adapter that is gone.
CREATE TRIGGER adapters_delete AFTER DELETE ON adapters BEGIN
  DELETE FROM catalog WHERE adapter_id = old.id;
END;

-- Every adapter is indexed in the transaction that makes it: lists never lag behind.
CREATE TRIGGER adapters_insert AFTER INSERT ON adapters BEGIN
  INSERT INTO catalog_values (kind, value)
    SELECT 'base', new.base_id UNION SELECT 'class', lower(new.class_word) UNION SELECT 'licence', new.licence ->> 'spdx'
    UNION SELECT 'owner', new.owner_id UNION SELECT 'tag', value FROM json_each(new.tags) WHERE true ON CONFLICT DO NOTHING;
  INSERT INTO catalog (adapter_id, listed, base, class, licence, owner, allows, rating, slot, published_at, uses, likes, trend, name)
    SELECT adapter_id, listed, base, class, licence, owner, allows, rating, slot, published_at, uses, likes, trend, name
    FROM catalog_facts WHERE adapter_id = new.id;
END;

-- ETags of lists change with every adapter.
CREATE TRIGGER adapters_revision AFTER UPDATE ON adapters BEGIN
  UPDATE catalog_revision SET listing = listing + 1;
END;

-- The index follows every column that lists filter, sort or search by, whoever writes it.
CREATE TRIGGER adapters_update AFTER UPDATE OF
owner_id, name, base_id, class_word, tags, licence, visibility, state, rating, published_at, title, concept, description ON adapters BEGIN
  INSERT INTO catalog_values (kind, value)
    SELECT 'base', new.base_id UNION SELECT 'class', lower(new.class_word) UNION SELECT 'licence', new.licence ->> 'spdx'
    UNION SELECT 'owner', new.owner_id UNION SELECT 'tag', value FROM json_each(new.tags) WHERE true ON CONFLICT DO NOTHING;
  UPDATE catalog SET (listed, base, class, licence, owner, allows, rating, published_at, name) =
    (SELECT listed, base, class, licence, owner, allows, rating, published_at, name FROM catalog_facts WHERE adapter_id = new.id)
    WHERE adapter_id = new.id;
  UPDATE catalog SET doc = doc WHERE adapter_id = new.id AND
    (old.title, old.name, old.concept, old.class_word, old.tags, old.description, old.owner_id)
    <> (new.title, new.name, new.concept, new.class_word, new.tags, new.description, new.owner_id);
END;

-- Sort keys follow the counters, which statements of many modules move.
CREATE TRIGGER adapters_update_counters AFTER UPDATE OF uses, likes, trend ON adapters
WHEN (old.uses, old.likes, old.trend) <> (new.uses, new.likes, new.trend) BEGIN
  UPDATE catalog SET uses = new.uses, likes = new.likes, trend = new.trend WHERE adapter_id = new.id;
END;

-- Full text, tags and counts of facets go with their row.
CREATE TRIGGER catalog_delete AFTER DELETE ON catalog BEGIN
  DELETE FROM adapters_fts WHERE rowid = old.doc;
  DELETE FROM catalog_tags WHERE doc = old.doc;
  UPDATE catalog_counts SET docs = docs - 1 WHERE old.listed AND kind = 'owner' AND rating = old.rating AND value = old.owner;
  UPDATE catalog_cube SET docs = docs - 1 WHERE old.listed AND base = old.base AND class = old.class AND licence = old.licence
    AND allows = old.allows AND rating = old.rating;
  UPDATE catalog_revision SET listing = listing + 1, facets = facets + 1;
END;

-- Full text, words, tags and counts of facets are written with their row.
CREATE TRIGGER catalog_insert AFTER INSERT ON catalog BEGIN
  INSERT INTO adapters_fts (rowid, title, name, concept, class_word, tags, owner, description)
    SELECT doc, title, name, concept, class_word, tags, owner, description FROM catalog_terms WHERE doc = new.doc;
  INSERT INTO catalog_words (word) SELECT DISTINCT word FROM catalog_doc_words WHERE doc = new.doc ON CONFLICT DO NOTHING;
  INSERT INTO catalog_tags (tag, doc, listed, base, class, licence, allows, rating)
    SELECT DISTINCT v.id, new.doc, new.listed, new.base, new.class, new.licence, new.allows, new.rating
    FROM adapters a, json_each(a.tags) t JOIN catalog_values v ON v.kind = 'tag' AND v.value = t.value WHERE a.id = new.adapter_id;
  INSERT INTO catalog_counts (kind, rating, value, docs) SELECT 'owner', new.rating, new.owner, 1 WHERE new.listed
    ON CONFLICT DO UPDATE SET docs = docs + 1;
  INSERT INTO catalog_cube (base, class, licence, allows, rating, docs)
    SELECT new.base, new.class, new.licence, new.allows, new.rating, 1 WHERE new.listed ON CONFLICT DO UPDATE SET docs = docs + 1;
  UPDATE catalog_revision SET listing = listing + 1, facets = facets + 1;
END;

-- Counts of tags are kept per row, so that a facet reads no adapters.
CREATE TRIGGER catalog_tags_delete AFTER DELETE ON catalog_tags WHEN old.listed BEGIN
  UPDATE catalog_counts SET docs = docs - 1 WHERE kind = 'tag' AND rating = old.rating AND value = old.tag;
END;

-- Counts of tags are kept per row, so that a facet reads no adapters.
CREATE TRIGGER catalog_tags_insert AFTER INSERT ON catalog_tags WHEN new.listed BEGIN
  INSERT INTO catalog_counts (kind, rating, value, docs) VALUES ('tag', new.rating, new.tag, 1)
    ON CONFLICT DO UPDATE SET docs = docs + 1;
END;

-- Counts of facets move from the old values to the new ones.
CREATE TRIGGER catalog_update_facts AFTER UPDATE OF listed, base, class, licence, owner, allows, rating ON catalog
WHEN (old.listed, old.base, old.class, old.licence, old.owner, old.allows, old.rating)
  <> (new.listed, new.base, new.class, new.licence, new.owner, new.allows, new.rating) BEGIN
  INSERT INTO catalog_words (word) SELECT DISTINCT word FROM catalog_doc_words WHERE doc = new.doc ON CONFLICT DO NOTHING;
  DELETE FROM catalog_tags WHERE doc = old.doc;
  INSERT INTO catalog_tags (tag, doc, listed, base, class, licence, allows, rating)
    SELECT DISTINCT v.id, new.doc, new.listed, new.base, new.class, new.licence, new.allows, new.rating
    FROM adapters a, json_each(a.tags) t JOIN catalog_values v ON v.kind = 'tag' AND v.value = t.value WHERE a.id = new.adapter_id;
  UPDATE catalog_counts SET docs = docs - 1 WHERE old.listed AND kind = 'owner' AND rating = old.rating AND value = old.owner;
  UPDATE catalog_cube SET docs = docs - 1 WHERE old.listed AND base = old.base AND class = old.class AND licence = old.licence
    AND allows = old.allows AND rating = old.rating;
  INSERT INTO catalog_counts (kind, rating, value, docs) SELECT 'owner', new.rating, new.owner, 1 WHERE new.listed
    ON CONFLICT DO UPDATE SET docs = docs + 1;
  INSERT INTO catalog_cube (base, class, licence, allows, rating, docs)
    SELECT new.base, new.class, new.licence, new.allows, new.rating, 1 WHERE new.listed ON CONFLICT DO UPDATE SET docs = docs + 1;
  UPDATE catalog_revision SET facets = facets + 1;
END;

-- ETags of lists and facets change when a slot is given or freed.
CREATE TRIGGER catalog_update_slot AFTER UPDATE OF slot ON catalog WHEN old.slot IS NOT new.slot BEGIN
  UPDATE catalog_revision SET listing = listing + 1, facets = facets + 1;
END;

-- Full text and tags are written anew where the texts changed (`doc = doc` asks for it).
CREATE TRIGGER catalog_update_texts AFTER UPDATE OF doc ON catalog BEGIN
  DELETE FROM adapters_fts WHERE rowid = old.doc;
  INSERT INTO adapters_fts (rowid, title, name, concept, class_word, tags, owner, description)
    SELECT doc, title, name, concept, class_word, tags, owner, description FROM catalog_terms WHERE doc = new.doc;
  INSERT INTO catalog_words (word) SELECT DISTINCT word FROM catalog_doc_words WHERE doc = new.doc ON CONFLICT DO NOTHING;
  DELETE FROM catalog_tags WHERE doc = old.doc;
  INSERT INTO catalog_tags (tag, doc, listed, base, class, licence, allows, rating)
    SELECT DISTINCT v.id, new.doc, new.listed, new.base, new.class, new.licence, new.allows, new.rating
    FROM adapters a, json_each(a.tags) t JOIN catalog_values v ON v.kind = 'tag' AND v.value = t.value WHERE a.id = new.adapter_id;
  UPDATE catalog_revision SET listing = listing + 1, facets = facets + 1;
END;

-- Trigrams of a word are written with it, for correcting misspelt ones.
CREATE TRIGGER catalog_words_insert AFTER INSERT ON catalog_words BEGIN
  INSERT INTO catalog_words_fts (rowid, word) VALUES (new.id, '_' || new.word || '_');
END;

-- Full text of a mix goes with it.
CREATE TRIGGER mixes_delete AFTER DELETE ON mixes BEGIN
  DELETE FROM mixes_fts WHERE mix_id = old.id;
END;

-- Full text of a mix is written with it.
CREATE TRIGGER mixes_insert AFTER INSERT ON mixes BEGIN
  INSERT INTO mixes_fts (mix_id, title, name, description)
    SELECT mix_id, title, name, description FROM mix_terms WHERE mix_id = new.id;
END;

-- Full text of a mix follows its title and description.
CREATE TRIGGER mixes_update AFTER UPDATE OF title, description ON mixes BEGIN
  DELETE FROM mixes_fts WHERE mix_id = old.id;
  INSERT INTO mixes_fts (mix_id, title, name, description)
    SELECT mix_id, title, name, description FROM mix_terms WHERE mix_id = new.id;
END;

-- The index holds an adapter's slot, by which lists find what composes exactly.
CREATE TRIGGER slots_delete AFTER DELETE ON slots BEGIN
  UPDATE catalog SET slot = NULL WHERE adapter_id = old.adapter_id;
END;

-- The index holds an adapter's slot, by which lists find what composes exactly.
CREATE TRIGGER slots_insert AFTER INSERT ON slots BEGIN
  UPDATE catalog SET slot = new.slot WHERE adapter_id = new.adapter_id;
END;

-- The same when a slot goes to another adapter.
CREATE TRIGGER slots_update AFTER UPDATE OF slot, adapter_id ON slots BEGIN
  UPDATE catalog SET slot = NULL WHERE adapter_id = old.adapter_id;
  UPDATE catalog SET slot = new.slot WHERE adapter_id = new.adapter_id;
END;

-- Owners' names are in the full text: a new handle is found at once.
CREATE TRIGGER users_update_handle AFTER UPDATE OF handle ON users WHEN old.handle <> new.handle BEGIN
  UPDATE catalog SET doc = doc WHERE owner = (SELECT id FROM catalog_values WHERE kind = 'owner' AND value = new.id);
  UPDATE catalog_revision SET listing = listing + 1;
END;

-- Suspending, restoring or deleting an account takes its adapters out of lists or puts them back.
CREATE TRIGGER users_update_listed AFTER UPDATE OF suspended_at, deleted_at ON users
WHEN old.suspended_at IS NOT new.suspended_at OR old.deleted_at IS NOT new.deleted_at BEGIN
  UPDATE catalog SET listed = (SELECT f.listed FROM catalog_facts f WHERE f.adapter_id = catalog.adapter_id)
    WHERE owner = (SELECT id FROM catalog_values WHERE kind = 'owner' AND value = new.id);
END;

-- ETags of lists change with every version, which lists show.
CREATE TRIGGER versions_revision_delete AFTER DELETE ON versions BEGIN
  UPDATE catalog_revision SET listing = listing + 1;
END;

-- ETags of lists change with every version, which lists show.
CREATE TRIGGER versions_revision_insert AFTER INSERT ON versions BEGIN
  UPDATE catalog_revision SET listing = listing + 1;
END;

-- ETags of lists change with every version, which lists show.
CREATE TRIGGER versions_revision_update AFTER UPDATE ON versions BEGIN
  UPDATE catalog_revision SET listing = listing + 1;
END;
