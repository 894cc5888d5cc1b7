// What a Go program does: golang.org/x/oauth2 gets the token, and the rest is by hand. TOKEN_URL, CLIENT_ID and
// CLIENT_SECRET come from env:.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	config := clientcredentials.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		TokenURL:     os.Getenv("TOKEN_URL"),
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
	token, err := config.Token(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("::add-mask::%s\n", token.AccessToken)
	write("GITHUB_OUTPUT", "token="+token.AccessToken)
	write("GITHUB_ENV", "OAUTH2_TOKEN="+token.AccessToken)
}

func write(variable, line string) {
	file, err := os.OpenFile(os.Getenv(variable), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintln(file, line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
