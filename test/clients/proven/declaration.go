package main

import (
	"go/ast"
	"go/printer"
	"go/token"
	"strings"
)

// declaration returns the text of an exported declaration on one line, without a function's
// body and whatever its layout is; or "" for an import.
func declaration(positions *token.FileSet, decl ast.Decl) (string, error) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		d.Body = nil
	case *ast.GenDecl:
		if d.Tok == token.IMPORT {
			return "", nil
		}
	}
	var text strings.Builder
	err := printer.Fprint(&text, positions, decl)
	return strings.Join(strings.Fields(text.String()), " "), err
}
