module bench

go 1.25

require golang.org/x/oauth2 v0.34.0
