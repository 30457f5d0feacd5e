# What can be wrong between the homeserver and Kring. For operators.
homeserver-good = Everything works.
homeserver-unreachable = The homeserver does not answer ({ $detail }). See whether it runs and whether its address in the configuration is right.
homeserver-not-matrix = Something other than a Matrix homeserver answers at the homeserver's address. See whether the address in the configuration is right.
homeserver-token-unknown = The homeserver does not know our token. Is Kring's registration file listed in app_service_config_files, and was the homeserver restarted since?
homeserver-other-sender = Our token belongs to { $detail } and not to Kring. Use the registration file that kring registration made.
homeserver-other-id = The homeserver does not know the registration { $detail } by this token. Use the same registration file on both sides and restart the homeserver.
homeserver-too-old = The homeserver is too old or too limited ({ $detail }). Kring needs Matrix 1.7 or newer: upgrade the homeserver.
homeserver-no-room-version = The homeserver cannot make rooms of version 12. Upgrade the homeserver.
homeserver-no-url = The registration on the homeserver has no url. Use the same registration file on both sides and restart the homeserver.
homeserver-cannot-reach-us = The homeserver cannot reach Kring ({ $detail }). See whether the url in the registration file is right and no firewall is in between.
homeserver-failing = The homeserver answers with an error ({ $detail }). See its log.
