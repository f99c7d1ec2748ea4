package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
)

// A book as the server stores it.
type book struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Author string `json:"author"`
}

// shelf holds the books of a server, and which request created each.
type shelf struct {
	mu    sync.Mutex
	books []book
	keys  map[string]book
}

// library starts a server that requires a token. The response to the first request that
// creates a book is lost in a gateway.
func library(token string) *httptest.Server {
	s := &shelf{keys: map[string]book{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/books", s.create)
	mux.HandleFunc("GET /v1/books", s.list)
	mux.HandleFunc("GET /v1/books/{id}", func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusNotFound, "No such book")
	})
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			problem(w, http.StatusUnauthorized, "Unknown token")
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

func (s *shelf) create(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	made, known := s.keys[key]
	if !known {
		if err := json.NewDecoder(r.Body).Decode(&made); err != nil {
			problem(w, http.StatusBadRequest, "Invalid JSON")
			return
		}
		made.ID = strconv.Itoa(len(s.books) + 1)
		s.books, s.keys[key] = append(s.books, made), made
		if len(s.books) == 1 {
			problem(w, http.StatusBadGateway, "Bad gateway") // the book was created nevertheless
			return
		}
	}
	respond(w, http.StatusCreated, made)
}

func (s *shelf) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	begin, _ := strconv.Atoi(r.FormValue("cursor"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	end, next := begin+cmp.Or(limit, len(s.books)), ""
	if end < len(s.books) {
		next = strconv.Itoa(end)
	}
	respond(w, http.StatusOK, map[string]any{"items": s.books[begin:min(end, len(s.books))], "next": next})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(err)
	}
}

// problem responds as RFC 9457 describes.
func problem(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"title":%q,"status":%d}`, title, status)
}
