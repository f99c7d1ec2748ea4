package bench

import (
	_ "embed"
	"io"
	"maps"
	"net/http"
)

//go:embed alert.json
var alertDocument string

const accepted = `{"result":"Request will be processed","took":0.04,"requestId":"3b5a9e70-1f42-4c68-9d27-c05e8f6a7b15"}`

// opsgenieHeader is what the API writes beside its answers.
func opsgenieHeader() http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, "X-Request-Id": {"3b5a9e70-1f42-4c68-9d27-c05e8f6a7b14"},
		"X-Ratelimit-State": {"OK"}, "X-Response-Time": {"0.021"},
	}
}

// opsgenieAnswer returns what a request is answered with.
func opsgenieAnswer(req *http.Request) (int, string) {
	if req.Method == http.MethodPost {
		return http.StatusAccepted, accepted
	}
	return http.StatusOK, alertDocument
}

// opsgenieMemory answers reads of an alert and creations from memory.
func opsgenieMemory() http.RoundTripper {
	header := opsgenieHeader()
	return tripper(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			if _, err := io.Copy(io.Discard, req.Body); err != nil {
				return nil, err
			}
			_ = req.Body.Close()
		}
		status, body := opsgenieAnswer(req)
		return answer(req, status, header, body), nil
	})
}

// opsgenieSite answers the same over a socket.
func opsgenieSite() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		maps.Copy(w.Header(), opsgenieHeader())
		status, body := opsgenieAnswer(req)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}
