# --- Decisions: a sentence, and with -next what you can do.
by-rule = { $person } belongs to { $group }.
without-login-next = This person has no login yet. It works by itself once the invitation is activated.
by-invitation = { $person } was invited to { $group }.
left-alone = Kring leaves this login alone. The policy says so.
unknown-person = We do not know this person.
unknown-person-next = Is that wrong? Ask websupport for help.
unknown-group = We do not know this group.
unknown-group-next = Check how the name is written.
group-archived = The group { $group } is closed.
group-archived-next = Ask an admin of the group whether it can be opened again.
group-ended = The group { $group } is over. You can sometimes still read it, but nothing changes any more.
group-ended-next = Ask an admin of the group where the conversation goes on.
removed-from-administration = { $person } is no longer in the member administration.
removed-from-administration-next = Is that wrong? Ask the member administration to check.
membership-ended = The membership of { $person } has ended.
membership-ended-next = Is that wrong? Ask the member administration to check.
membership-not-begun = The membership of { $person } starts on { $date }.
membership-not-begun-next = From that day on it works by itself.
type-not-admitted = { $group } does not admit people of the type { $type }.
type-not-admitted-next = An admin of the group can sometimes change this. Ask there.
value-not-theirs = { $group } is for another { $attribute } than that of { $person }.
value-not-theirs-next = Is the { $attribute } wrong? Ask the member administration to change it. An admin of the group can sometimes invite you.
address-shared = The e-mail address of { $person } belongs to more than one person in the member administration.
address-shared-next = Give the member administration an address of your own. After that it works by itself.
address-missing = The e-mail address of { $person } is not in the member administration.
address-missing-next = Give your e-mail address to the member administration. After that it works by itself.
attribute-missing = { $group } is for people with { $attribute } { $value }.
attribute-missing-next = Do you have that { $attribute }? Ask the member administration to change it.
attribute-any-missing = { $group } is for people with a { $attribute }.
attribute-any-missing-next = Do you have one? Ask the member administration to change it.
people-not-met = { $group } is for { $people }.
people-not-met-next = Are you one of them? Ask the member administration to check your data.
condition-not-met = { $person } does not meet the rule of { $group }.
condition-not-met-next = Ask an admin of the group to explain.
invitation-needed = { $group } needs an invitation.
invitation-needed-next = Ask an admin of the group for an invitation.
invitation-ended = The invitation of { $person } to { $group } has ended.
invitation-ended-next = Ask an admin of the group for a new invitation.

by-kring = Kring does this itself.
only-kring = Only Kring itself can do this.
only-kring-next = Ask websupport for help if something must change.
by-admin = An admin of { $group } may do this.
not-admin = Only an admin of { $group } may do this.
not-admin-next = Ask an admin of the group.
already-member = { $person } is already in { $group }.
already-member-next = Can { $person } not find the group? Ask websupport for help.
no-invitations = Nobody can be invited to { $group }. The rules decide who is in.
no-invitations-next = Does somebody belong there? Ask the member administration to change their data.
invite-through-kring = In { $group } you do not invite with your own client.
invite-through-kring-next = Ask the bot, or do it on the website. Kring then sees at once whether it is allowed.
may-invite = You may invite { $person } to { $group }.
not-yours-to-invite = You may not invite { $person } to { $group }.
not-yours-to-invite-next = Ask an admin of the group whether they may.
invitation-too-long = An invitation to { $group } lasts { $count } days at most.
invitation-too-long-next = Choose an earlier day. After it you can invite again.
no-knocking = You cannot ask to be let into { $group }.
no-knocking-next = Ask an admin of the group for an invitation.
may-knock = { $person } may ask to be let into { $group }.
may-leave = { $person } may leave { $group }.
belongs-by-rule = { $person } belongs to { $group } by the rules and cannot be taken out.
belongs-by-rule-next = Turn off the group's notifications if they disturb you.
not-a-member = { $person } is not in { $group }.
not-a-member-next = Invite the person first.
admin-by-rule = { $person } is an admin of { $group } by the rules.
admin-by-rule-next = Is that wrong? Ask the member administration to change their function.
last-admin = { $person } is the only admin of { $group }.
last-admin-next = First make somebody else an admin.
appointment-too-long = Nobody is made admin of { $group } for more than { $count } days at a time.
appointment-too-long-next = Choose an earlier day. After it you can make somebody admin again.
level-not-used = Kring knows members ({ $member }) and admins ({ $admin }) only.
level-not-used-next = Choose one of the two.
kind-unknown = There are no groups of the kind { $kind }.
kind-unknown-next = Check how the kind is written.
kind-not-here = A group of the kind { $kind } cannot be made here.
kind-not-here-next = Make it below another group.
too-many-above = A group of this kind hangs below { $count } groups at most.
too-many-above-next = Choose fewer groups, or one that lies higher.
kind-not-made = Groups of the kind { $kind } are made by Kring itself.
kind-not-made-next = Is a group missing? Ask the member administration to check the data.
may-create = You may make this group.
may-not-create = You may not make this group.
may-not-create-next = Ask an admin of your own group to make it.
too-many-groups = There are { $count } groups of this kind here already. More is not allowed.
too-many-groups-next = First close a group that is no longer used.
name-empty = The name is empty.
name-empty-next = Give the group a name.
name-too-long = The name is too long. Use { $count } characters at most.
name-too-long-next = Make the name shorter. The rest fits in the topic.
topic-too-long = The text is too long. Use { $count } characters at most.
topic-too-long-next = Put the rest in a pinned message.
type-out-of-bounds = The policy does not let { $group } admit people of the type { $type }.
type-out-of-bounds-next = Make a group of their own for these people, or ask websupport whether the policy can change.
name-fixed = The name of { $group } comes from the policy.
name-fixed-next = Ask websupport whether the policy can change.
setting-fixed = The policy decides this for { $group }.
setting-fixed-next = Ask websupport whether the policy can change.
end-out-of-bounds = The last day of { $group } lies between today and { $count } days from now.
end-out-of-bounds-next = Choose a day between them.
may-write = You may write in { $group }.
read-only = In { $group } only the admins write, and those whom the policy lets.
read-only-next = Do you have something to tell? Ask an admin of the group to post it.
reads-back = You also read what was said in { $group } before.
reads-from-joining = You read what was said in { $group } since you came in.
reads-from-joining-next = Ask in the group for what you need to know from before.
may-find = You can find { $group }.
never-published = Groups never appear in the server's public list.
never-published-next = Do you want people to find the group? Invite them.
may-chat = You may send each other messages.
may-see = You may see this profile.
no-shared-group = You only see people you share a group with.
no-shared-group-next = Ask in a group that you are both in.
no-shared-group-to-write = You only write to people you share a group with.
no-shared-group-to-write-next = Ask your question in a group that you are in.
no-private-chats = People of your type send no private messages.
no-private-chats-next = Ask your question in a group that you are in.
section-by-rule = { $person } may see the section { $group }.
no-section = This policy has no section of its own.
no-section-next = Look in your own groups.
hangs-under = The group hangs there.
hangs-elsewhere = The group does not hang there.
hangs-elsewhere-next = Look at parents in the policy.
is-contact = The people of the group can turn to this person.
is-no-contact = This is not the contact person of this group.
is-no-contact-next = Look at contacts in the policy.
is-proposed = This person is proposed as admin.
is-not-proposed = The group has too few admins, but this person is not proposed.
is-not-proposed-next = Look at successors in the policy.
enough-admins = The group has enough admins.
enough-admins-next = There is nothing to do.
too-few-admins = { $group } has { $has ->
    [0] no admins
    [one] one admin
   *[other] { $has } admins
} and should have { $wants }. Proposal: { $person }.
too-few-admins-nobody = { $group } has { $has ->
    [0] no admins
    [one] one admin
   *[other] { $has } admins
} and should have { $wants }. Ask the group who wants to do it.

# --- Reasons in a plan
because-create = The group { $group } should exist.
because-belongs = Belongs to { $group }.
because-invited = Was invited to { $group }.
because-unban = Belongs to { $group } and was kept out.
because-power = The rights in { $group } are not right.
because-name = The name is not what it should be.
because-topic = The description is not what it should be.
because-avatar = The group has no picture.
because-join-rule = Who can come in is not what it should be.
because-history = Who can read old messages is not what it should be.
because-guests = Guests without a login must not come in.
because-alias = The address of the group is not what it should be.
because-child = { $child } belongs in { $group }.
because-not-child = This group does not belong in { $group }.
because-parent = { $group } belongs under { $parent }.
because-not-parent = { $group } does not belong under this group.
because-filled = The group is filled.

# --- Alarms that Kring cannot put right
alarm-encrypted = Somebody switched on encryption in { $group }. That cannot be undone. Kring can no longer read along.
alarm-tombstone = Somebody replaced { $group } by another group. It was not Kring.
alarm-server-acl = Somebody has set a list of refused servers in { $group }. That was not Kring. Ask the technical administrator to look.
alarm-bridge-not-in-room = Kring is no longer in { $group } and cannot look after it.
alarm-bridge-without-power = Kring has lost its rights in { $group }.
alarm-room-twice = There are two groups for { $group }. Kring uses the first.

# --- Confirming
mass-removal-total = This takes { $removed } of { $of } people out of a group. Is that right?
mass-removal-group = This takes { $removed } of { $of } people out of { $group }. Is that right?

# --- The plan on the screen
plan-empty = All is as it should be. There is nothing to do.
plan-summary = To do: make { $create } groups, bring in { $join } people, take out { $remove } people, rights { $power } times, { $other } other things.
plan-unmanaged = { $count } groups are not Kring's. They stay as they are.
plan-more = … and { $count } more

# --- A policy that is not right
problem-too-large = The file is larger than { $kib } KiB. Make it smaller.
problem-too-deep = The file is nested too deep or repeats itself too often. Write it more simply.
problem-yaml = This cannot be read: { $detail }
problem-key = There is no key "{ $name }".
problem-word = The word "{ $name }" cannot stand here.
problem-near = Did you mean "{ $near }"?
problem-known = There is: { $known }.
problem-missing = "{ $name }" is missing here. Fill it in.
problem-type = There is no type "{ $name }".
problem-attribute = There is no attribute "{ $name }".
problem-people = There is no sort of people "{ $name }" above this.
problem-kind = There is no kind "{ $name }".
problem-group = There is no fixed group "{ $name }".
problem-placeholder = The name { "{" }{ $name }{ "}" } cannot be filled in here.
problem-twice = "{ $name }" stands there twice. Leave one out.
problem-timezone = There is no time zone "{ $name }". Write for example Europe/Amsterdam.
problem-admin-power = An admin has a level from 1 to 99. Higher is for Kring.
problem-writer-power = Who writes has a level from 1 to that of the admin.
problem-percent = A percentage lies between 0 and 50. With more, Kring would hardly ever ask.
problem-at-least = This number lies from 1 to 1000. With more, Kring would hardly ever ask.
problem-most-groups = Choose a number between 2 and 200.
problem-two-sections = There can be only one section.
problem-no-name = "name" is missing here: what is the group called?
problem-no-room = A group without a room needs "space: always".
problem-origin = Say exactly one of key, for_each and made_by.
problem-key-form = "{ $name }" is no key. Write kind/name, for example team/websupport.
problem-kind-form = A kind consists of lower-case letters, digits and hyphens.
problem-bounds = Type "{ $name }" stands under admits and not under may_admit. Put it in both.
problem-circle = "{ $name }" is above itself. Take one of the parents away.
problem-root-space = The root must be a group with "space: always".
problem-anywhere = "anywhere" and "through" need a rule of a kind with for_each.
problem-through = Say anywhere or through, not both.
problem-shared-by-itself = "{ $name }" cannot be shared by itself.
problem-ends = Say exactly one of after and days_after_value. The second needs for_each.
problem-settings-join = Put the join of the kind itself in the list as well.
problem-admins-send = "{ $name }" is for Kring alone. Take it away.
problem-invites-twice = Say by_invitation or invites, not both.
problem-successors = Say as well how many admins there should be: least_admins.
problem-empty = This rule does not say who. Write "source: administration" if you mean everybody in the administration.
problem-nobody-invites = Say with by or who may invite.
problem-no-parents = Say with parents below what these groups hang.
problem-never = This rule never holds: { $name } admits none of these types. Put a type in may_admit, or take the rule away.
problem-case-policy = There is no policy "{ $name }".
problem-case-person = There is no person "{ $name }" in the table.
problem-case-group = There is no group "{ $name }" in the table.
problem-case-verb = Say exactly one thing under "when".
case-differs = Expected: { $wanted }. Got: { $got }.

# --- What a policy means, in sentences (kring policy explain)
list-or = { $first } or { $last }
list-and = { $first } and { $last }
says-everywhere = Everywhere
says-type = Type { $type }: sees everybody who takes part and writes to everybody.
says-type-shared = Type { $type }: sees everybody who takes part, and writes only to people they share a group with.
says-type-silent = Type { $type }: sees everybody who takes part and sends no private messages.
says-type-outsider = Type { $type }: comes from outside and sees only people they share a group with.
says-type-outsider-shared = Type { $type }: comes from outside. They see only people they share a group with, and write only to them.
says-type-outsider-silent = Type { $type }: comes from outside, sees only people they share a group with and sends no private messages.
says-shared = Attribute "{ $attribute }": what is filled in for one person holds for everybody with the same { $by }.
says-people = By "{ $people }" we mean: { $who }.
says-grace = { $days ->
    [0] Who leaves goes out of all groups at once.
    [one] Who leaves stays in the groups for one more day.
   *[other] Who leaves stays in the groups for { $days } more days.
}
says-grace-here = { $days ->
    [0] Who leaves goes out of this one at once.
    [one] Who leaves stays here for one more day.
   *[other] Who leaves stays here for { $days } more days.
}
says-removal = Do more than { $percent } percent of the people go out at once, and are they { $people } or more? Then Kring asks first.
says-removal-group = Do more than { $percent } percent of the people of one group go out at once, and are they { $people } or more? Then Kring asks first, too.
says-leave-alone = There are logins that Kring leaves alone.
says-one = There is one such group.
says-each = There is a group for each { $attribute }.
says-only = At "{ $attribute }" only this counts: { $values }.
says-except = At "{ $attribute }" this does not count: { $values }.
says-each-within = There is a group for each { $attribute }. Two of one name in another { $within } are two groups.
says-set-invite = The admin can set that only who is invited comes in.
says-made = People make these groups themselves.
says-hidden = Who is not in it does not find the group.
says-parents = The group hangs below { $parents }.
says-parents-all = The group hangs below every { $parents } to which some of its people belong.
says-section = This is the section of the association.
says-ends = The last day is { $day }. { $then }
says-ends-days = The last day is { $days } days after the date of the group. { $then }
then-read-only = After it, who is in still reads and nothing changes any more.
then-closed = After it, nobody is in it any more.
says-admits = Admitted: { $types }.
says-may-admit = An admin of the group can also admit: { $types }.
says-member = Belongs to it without being asked: { $who }.
says-admin = Admin: { $who }.
says-contact = For questions: { $who }.
says-knock = Who is not in it can ask to be let in.
says-join-parents = Who is in the group above can come in.
says-no-invitations = Nobody is invited: the rules decide.
says-native = Admins also invite with their own client. Kring checks whether it was allowed.
says-invite = May invite: { $who }. Namely: { $whom }.
says-invite-days = May invite for { $days } days at most: { $who }. Namely: { $whom }.
inviter-admins = an admin of the group
inviter-members = anybody in the group
inviter-admins-above = an admin of the group above
whom-anybody = everybody whom the group admits
says-make = May make such a group: { $who }.
says-make-bounds = Below one group there are { $count } at most. A group hangs below { $above ->
    [one] one group
   *[other] { $above } groups at most
}. Its name has { $length } characters at most.
says-read-only = Not everybody writes. Admins do.
says-writer = May write as well: { $who }.
says-history = Who is new does not read back.
says-federate = People of other servers can be in it.
says-admins-above = An admin of the group above may do here what an admin of the group may.
says-admin-days = Who is made admin by somebody is so for { $days } days at most.
says-least-admins = { $count ->
    [one] There should be at least one admin.
   *[other] There should be at least { $count } admins.
} Otherwise there is an alarm with a proposal.
says-successors = Proposed as admin: { $who }.
says-set-read-only = The admin can set that not everybody writes.
says-set-knock = The admin can set that people ask to be let in.
says-set-parents = The admin can set that who is in the group above can come in.
says-set-end = The admin can choose a last day, { $days } days ahead at most.
says-admins-send = The admin adds by themselves: { $types }.
who-everybody = everybody
who-everybody-administration = everybody in the administration
who-also-invited = { $who }, and whoever was invited
who-types = anybody who is { $types }
who-being = and { $what }
who-with = with { $attribute } { $values }
who-with-any = with a { $attribute }
who-without = without { $attribute } { $values }
who-without-any = without { $attribute }
who-address = with an e-mail address of their own
who-administration = in the administration
who-invited = by invitation
who-any = and of them { $who }
who-not = but not { $who }
who-own = { $who } (of their own { $attribute })
who-through = { $who } (where the group stands at { $attribute })
who-anywhere = { $who } (in each group of this kind)

# --- The difference between two policies (kring policy diff)
diff-nothing = Nothing changes.
diff-groups = Groups:
diff-group-comes = { $group } is new, with { $coming ->
    [one] one person
   *[other] { $coming } people
}.
diff-group-goes = { $group } goes, with { $going ->
    [one] one person
   *[other] { $going } people
}.
diff-group-looks = { $group } looks or works differently; its people stay the same.
diff-group-people = { $group }: { $coming } in, { $going } out, { $changing } with other rights.
diff-nobody = For none of the { $of } people a group changes.
diff-people = Something changes for { $touched } of the { $of } people, of whom { $logins } have a login: { $coming } come in somewhere, { $going } go out somewhere, in { $groups ->
    [one] one group
   *[other] { $groups } groups
}.
