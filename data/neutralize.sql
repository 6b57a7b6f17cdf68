-- A copy deposits nothing, and follows nothing: its administrator gives secrets of the qualification.
UPDATE l10n_fr_chorus_connection
   SET client_id = NULL,
       client_secret = NULL,
       login = NULL,
       password = NULL,
       database_uuid = NULL,
       base_url = NULL;
