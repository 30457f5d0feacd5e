//! Support for the stories: the harness around real servers, and the cast.
