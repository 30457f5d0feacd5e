# Where a problem is
config-at-file = { $file }: { $what }
config-at-line = { $file }, line { $line }: { $what }
config-at-file-key = { $file }, { $key }: { $what }
config-at-line-key = { $file }, line { $line }, { $key }: { $what }
config-at-variable = Environment variable { $variable }: { $what }

# Files
file-missing = this file does not exist. Check its name.
file-forbidden = this file may not be read. Give Kring's user permission to read it.
file-no-text = this is no UTF-8 text. Save the file as UTF-8.
file-too-large = this file is larger than { $limit } KiB. That cannot be right.
file-unreadable = this file cannot be read ({ $reason }).
file-open-to-others = others on this machine can read this file, and it holds a secret. Run: chmod 600 { $path }

# Settings
config-no-yaml = this is no valid YAML with settings: { $reason }. Look at the indentation.
config-unknown = this key is unknown. Known here: { $known }.
config-unknown-near = this key is unknown. Did you mean { $near }?
config-missing = this key is missing. Write for example: { $example }
config-value = “{ $value }” cannot be used here. Write for example: { $example }
config-choice = “{ $value }” cannot be used here. Choose one of: { $choices }.
config-placeholder = this still says “{ $value }” as in the example. Fill in your own value.
config-secret = this holds a password. Put the address in a file of its own with mode 600, and name that file in { $file-key }.
config-database-url = this is no address of a database. Write sqlite:PATH or postgres://USER@HOST/NAME.

file-registration-missing = this file does not exist. Make it with: kring registration
file-admin-missing = this file does not exist. Make it with: kring registration --admin
file-antispam-missing = this file does not exist. Make it with: kring registration --antispam
file-no-file = this is no ordinary file. Name a file here.
folder-missing = this folder does not exist. Make it with: mkdir -m 700 { $path }
read-failed = { $path } cannot be read ({ $reason }). Check its name and its permissions.
read-too-large = { $path } is larger than { $limit } MiB. This file may not be that large.
read-no-text = { $path } is no UTF-8 text. Save the file as UTF-8.

# kring config check
config-none = There is no configuration yet. Copy config.example.yaml to { $path }, or name another file with --config.
config-good = { $path } is fine.

# kring policy
policy-unknown = There is no policy called “{ $name }”. Kring knows: ivn, nov. Name a policy of your own by the path of its file.
kind-none = There is no kind of group “{ $kind }”. There is: { $known }.
diff-no-people = There are no people to count. Give an export with --members, or a configuration with --config.
policy-good = { $name } is fine: { $kinds ->
    [one] 1 kind of group
   *[other] { $kinds } kinds of groups
 }.
cases-none = There are no cases under { $path }. Put them in a folder named cases, as files that end in .yaml.

no-runtime = Kring cannot start ({ $reason }).
no-json = The answer cannot be written as JSON ({ $reason }). Report this as a bug in Kring.

# kring import
import-rows = { $rows ->
    [one] 1 row read
   *[other] { $rows } rows read
 }: { $accepted } good, { $rejected } rejected.
import-changes = Compared with the previous time: { $added } new, { $changed } changed, { $removed } gone.
import-vereniging = { $people ->
    [one] 1 person has
   *[other] { $people } people have
 } access to Vereniging.
import-rejected = Rejected:
import-warnings = Take note:
import-shared = These membership numbers share an e-mail address. They have no access to Vereniging:
import-at-line = { "  " }line { $line }: { $what }
import-at-file = { "  " }{ $what }

# kring registration
registration-exists = { $path } exists already. The homeserver knows its tokens. Do you want new ones? Run: kring registration --overwrite
registration-written = { $path } has been made.
registration-next =
    Put in Synapse's homeserver.yaml:
    app_service_config_files:
    { $paths }
    Restart Synapse afterwards. Synapse reaches Kring at { $url }.
secret-exists = { $path } exists already. Move it away, or ask for new tokens with --overwrite.
secret-io = { $path } cannot be read or written ({ $reason }). Check that its folder exists and that the permissions are right.
secret-exposed = { $path }: others on this machine can read this file, and it holds a secret. Run: chmod 600 { $path }
secret-invalid = { $path }: this file is not right ({ $reason }). Make a new one with: kring registration
secret-placeholder = { $path }: { $reason } is no real token. Make a new file with: kring registration
admin-no-file = There is no place for the admin's token yet. Fill in homeserver.admin_token_file.
admin-exists = { $path } exists already. Remove this file first if you want to make a new admin.
admin-no-secret = The homeserver's registration_shared_secret is needed. Name its file with --shared-secret-file, or put it in KRING_REGISTRATION_SHARED_SECRET.
admin-wrong-secret = The homeserver refuses this registration_shared_secret. Look in homeserver.yaml which secret it has.
admin-no-shared-secret = The homeserver at { $url } makes no admin. Is registration_shared_secret in homeserver.yaml? The homeserver says: { $reason }
admin-name-taken = The name { $name } is taken on the homeserver. Choose another one with --admin-name.
admin-unreachable = The homeserver at { $url } gives no proper answer: { $reason }. Check that it runs and that homeserver.url is right.
admin-made = Admin { $user } has been made. Its token is in { $path }. Now take registration_shared_secret out of homeserver.yaml and restart the homeserver.
antispam-no-file = There is no place for the token of Synapse's module yet. Fill in antispam.token_file.
antispam-exists = { $path } exists already, and Synapse knows its token. Do you want a new one? Run: kring registration --antispam --overwrite
antispam-made = The token of Synapse's module is in { $path }. Name this file in the module's authorization_path, and { $url }/_kring/antispam in its base_url. Then restart Kring and Synapse.
antispam-token-bad = The token of Synapse's module is wrong ({ $reason }). Make a new one with: kring registration --antispam --overwrite

# Beside a Kring that is running already
control-failed = The Kring that runs here has not finished the command ({ $reason }). Try again in a moment, or stop that Kring first.
control-other-version = The running Kring is another version. Restart it and give the command again.

# The database
store-failed = The database does not do what it is asked ({ $reason }). Check that the disk is not full and that the database runs. Then try again.
store-bad-url = The database's address is wrong ({ $reason }). Write in store.url: sqlite:PATH or postgres://USER@HOST/NAME.
store-missing = There is no database yet ({ $reason }). Run kring import or kring run first, or correct store.url.
store-cannot-open = The database does not open ({ $reason }). Check that its folder exists and that this user may write in it.
store-read-only = The database can only be read ({ $reason }). Correct the owner and the permissions of the file.
store-not-a-database = This file is no database of Kring ({ $reason }). Correct store.url, or restore a backup.
store-cannot-connect = The database does not answer ({ $reason }). Check that PostgreSQL runs and that user, password and name are right.
store-locked = The database is in use ({ $reason }). Wait until the other Kring is done, or stop it.
store-newer-schema = The database is of a newer Kring ({ $reason }). Install the latest version of Kring.
store-older-schema = The database is of an older Kring ({ $reason }). Run kring run or kring import first: they bring it up to date.
store-migration = The database cannot be brought up to date ({ $reason }). Nothing has changed. Go back to the previous version of Kring and report the error.

# The homeserver
homeserver-name = homeserver.server_name is wrong ({ $reason }). Write what is behind the colon of a user id.
homeserver-client = The homeserver cannot be used like this ({ $reason }). Look at homeserver.url and run kring config check.
registration-bad = The registration is wrong ({ $reason }). Make new files with: kring registration
admin-secret-bad = The admin's token is wrong ({ $reason }). Make a new one with: kring registration --admin
ready-database = The database does not answer ({ $reason }).
ready-database-locked = Another program holds the database, so Kring can store nothing. Find out which one it is and stop it.
ready-database-full = The disk of the database is full, so Kring can store nothing. Make room; it goes on by itself then.
ready-database-read-only = The database may only be read, so Kring can store nothing. See whether the disk or the server was set to read-only.
ready-silent = The homeserver thinks that Kring is down and sends nothing. Check that it can reach the url of the registration.

# kring run
run-ready = Kring is at work and listens on { $address }.
run-only-sqlite = With SQLite one process does all the work, so --only cannot be used. Leave it out, or set store.url to a PostgreSQL database.
run-no-bots = This version has no bots with private chats yet, so --only bots would do nothing. Use --only bridge or --only web.
leader-elsewhere = Another Kring leads here: { $owner }. Give this command on that machine, or stop that Kring first.
leader-lost = Another Kring has taken over before the command had ended. Look with kring plan what is left, and give the command there.
run-twice = A Kring is at work here already ({ $reason }). Stop it first.
listen-failed = Kring cannot listen on { $address } ({ $reason }). Choose another address in { $key }.
metrics-failed = Kring cannot keep the numbers for metrics.listen ({ $reason }). Leave that key out and report this.
no-signals = Kring does not hear when it is to stop ({ $reason }) and does not start because of that.

# kring plan, apply, why, member, group
apply-confirm = Then run, until { $until }: kring apply --confirm { $token }
apply-done = { $done ->
    [one] 1 step is done
   *[other] { $done } steps are done
 }, { $failed } failed.
apply-failed = Failed: { $what }: { $why }
no-group = This group is not known ({ $reason }). Write kind/name, for example afdeling/utrecht.
group-made = The group { $group } is there. kring apply makes its room in the chat.
group-upgraded = The group { $group } has a new room. Everybody who belongs is in it, the old one is closed. Done: { $done }.
group-no-room = The group { $group } has no room in the chat yet. Look with kring plan, and make it with kring apply.
group-not-upgraded = The group { $group } keeps its room ({ $reason }). Give the command again: Kring goes on where it stopped.
member-nobody = “{ $member }” is nobody. Write a membership number, an e-mail address or a user id.
member-several = “{ $member }” are several people. Write the membership number of the person you mean.
provision-done = { $made ->
    [one] 1 account made
   *[other] { $made } accounts made
 }, { $skipped } skipped.
provision-no-admin = Making accounts needs an admin's token. Fill in homeserver.admin_token_file and run: kring registration --admin
