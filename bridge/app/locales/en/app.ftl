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

# In the room that was left, for everybody who looks there
room-replaced = This room has been replaced. The conversation goes on in the new one.
audit-upgraded = { $group } got a new room. The old one is closed.
