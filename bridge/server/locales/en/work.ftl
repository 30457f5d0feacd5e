# Connecting

# kring plan, apply, why, audit, group, member
import-unconfirmed = Nothing was taken in. Is it right? Then run, until { $until }: kring import { $file } --confirm { $token }
confirm-expired = This confirmation is too old: it is good for a quarter of an hour. Look once more whether it is right.
confirm-another = This confirmation belongs to another question. The list has changed meanwhile. Look once more whether it is right.

# kring doctor, /ready
doctor-good = { $what }: all right
doctor-bad = { $what }: { $text }
doctor-no-admin = There is no admin token, so Kring cannot make log-ins. Do: kring registration --admin
doctor-admin-refused = The homeserver refuses the admin token ({ $reason }). Take the file away and do: kring registration --admin
doctor-shared-secret = The homeserver still has a registration_shared_secret. Whoever knows it can become a server administrator. Take it out of homeserver.yaml and restart the homeserver.

# kring demo
demo-trouble = The demonstration got stuck: { $reason }
demo-starts = I begin in { $folder }, with a homeserver of my own and an invented association.
demo-no-answer = A part does not start. Look in { $log }
demo-no-log-in = Logging in does not work.
demo-no-room = A group is not there, or the homeserver gave an answer that I do not understand.
demo-no-sync = The homeserver passes no messages on.
demo-filled = All groups were filled in { $seconds } seconds.
demo-second-plan = A second plan has { $actions } steps: everything is as it should be.
demo-move = Tineke moves from the branch Assen to Emmen. The administration changes, her groups follow.
demo-rooms-before = Tineke was in: { $rooms }
demo-rooms-after = Tineke is now in: { $rooms }
demo-invite = Chloé, volunteer admin in Assen, invites somebody from outside with her own client.
demo-prevented = In the project group she may invite. The homeserver asks Kring first, and Kring says no ({ $code }). Her client shows: “{ $text }”
demo-not-prevented = In the project group Kring should have said no beforehand, and did not.
demo-stopped = Now Kring is stopped, and she tries again.
demo-native-refused = In the project group the homeserver refused the invitation ({ $code }), which it does not without Kring.
demo-native-out = In the project group the invitation gets through. Kring is started again, and { $ms } milliseconds later the external is out.
demo-native-in = In the project group the invitation got through, and { $ms } milliseconds after Kring was started again the external is still there.
demo-ordinary-allowed = In the ordinary group the homeserver let the invitation through, which is wrong.
demo-ordinary-refused = In the ordinary group of Assen the homeserver itself refuses the same invitation ({ $code }).
demo-broken = The story did not go as it should. Look above.
demo-addresses = Everything runs. Log in with a Matrix client:
    homeserver  { $url }
    e-mail      c.peters@example.nl (volunteer admin) or tineke.degraaf@example.org
    password    { $password }
  To stop: Ctrl-C. Then everything is gone again.

# kring events
events-count = { $waiting ->
    [0] Nothing waits
    [one] 1 event waits
   *[other] { $waiting } events wait
 }, { $dead ->
    [0] and nothing was given up.
    [one] and 1 was given up.
   *[other] and { $dead } were given up.
 }
events-oldest = The oldest has been waiting for { $unit ->
    [seconds] { $count ->
        [one] 1 second
       *[other] { $count } seconds
    }
    [minutes] { $count } minutes
    [hours] { $count } hours
   *[days] { $count } days
 }.
events-unknown = There is no event with number { $number } that was given up. Look with: kring events list
events-superseded = Event { $number } stays where it is: something newer has replaced it. Put it away with kring events drop { $number }.
events-replayed = { $count ->
    [0] Nothing had been given up.
    [one] 1 event is handled again.
   *[other] { $count } events are handled again.
 }
events-dropped = Event { $number } is forgotten.

# kring audit
audit-time = “{ $text }” is no day and no instant. Write for example 2026-07-01 or 2026-07-01T10:00:00Z.
audit-whole = The log is as it was written: { $lines ->
    [one] 1 line
   *[other] { $lines } lines
 }. Keep this elsewhere, and it can be seen later that nothing was changed: { $proof }
audit-changed = The log is not as it was written: line { $line } was changed. Keep the database as it is and ask who could reach it.
audit-missing = The log is not as it was written: line { $line } is gone. Keep the database as it is and ask who could reach it.
audit-added = The log is not as it was written: somebody other than Kring added something at line { $line }. Keep the database as it is and ask who could reach it.
audit-seen = Up to line { $line } all is as it was then.
audit-not-seen = Line { $line } is not the one of then. Somebody wrote the log anew. Keep the database as it is and ask who could reach it.
audit-exported = { $lines ->
    [one] 1 line
   *[other] { $lines } lines
 }. Keep this with it: { $proof }
audit-by-kring = by Kring
audit-by-you = by yourself
audit-by-person = by another who may do that
audit-by-operator = by the technical administrator
