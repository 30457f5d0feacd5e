kick-reason = By the rules you do not belong in this group. Ask the group's admin, or ask in the help group.
alarm-loop = In group { $group } I have repaired what { $sender } changed { $count } times. I now wait longer each time. Please talk to each other.
alarm-bridge-out = Kring has been put out of group { $group } and can no longer repair anything there. Ask the technical administrator to look.
provision-nobody = Nobody with a running membership has this address in the member administration. Ask the member which address the administration has.
provision-several = { $count } people in the member administration share this address. Ask each of them for an address of their own.
provision-ended = The membership is not running. Look in the member administration.
provision-has-account = This person has a log-in already.
provision-invalid = This is no e-mail address. Correct it in the file.
provision-repeated = This address occurs earlier in the file.
provision-failed = The log-in could not be made: { $error }
audit-import = The member administration was taken in: { $added } new, { $changed } changed, { $removed } gone.
audit-account = A log-in was made.
audit-invited = Invited to { $group } by somebody who may do that.
audit-left = Left { $group } of their own accord.
audit-removed = Taken out of { $group } by somebody who may do that.
audit-banned = Taken out of { $group } by somebody who may do that, and cannot come back by themself.
alarm-over = The trouble with { $group } is over. Kring can look after it again.
alarm-staffed = { $group } has enough admins again.
alarm-many = The same is the matter with { $count } groups. The first: { $first } The technical administrator sees all of them with: kring plan
alarm-many-over = A trouble is over in { $count } groups. The first: { $first }

# In the room that was left, for everybody who looks there
room-replaced = This room has been replaced. The conversation goes on in the new one.
audit-upgraded = { $group } got a new room. The old one is closed.
