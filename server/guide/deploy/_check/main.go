// Command check reads the examples of a deployment and the dashboard as those for whom they
// are read them: Kustomize and the types of Kubernetes, Compose, Grafana's types, and
// Prometheus' parser of queries. It prints what is wrong.
//
//	go run -C server/guide/deploy/_check . FOLDER DASHBOARD
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	_ "github.com/grafana/grafana-foundation-sdk/go/prometheus" // its queries
	"github.com/prometheus/prometheus/promql/parser"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

func main() {
	wrong := 0
	for what, check := range map[string]func() error{
		"kustomization.yaml": func() error { return kubernetes(os.Args[1]) },
		"compose.yaml":       func() error { return compose(filepath.Join(os.Args[1], "compose.yaml")) },
		"the dashboard":      func() error { return grafana(os.Args[2]) },
	} {
		if err := check(); err != nil {
			fmt.Printf("%s: %v\n", what, err)
			wrong++
		}
	}
	os.Exit(min(wrong, 1))
}

// kubernetes reads each object as what its kind says, without members that it does not have.
func kubernetes(folder string) error {
	all, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return err
	}
	kinds := map[string]func() any{
		"apps/v1/Deployment":                 func() any { return new(appsv1.Deployment) },
		"apps/v1/StatefulSet":                func() any { return new(appsv1.StatefulSet) },
		"v1/Service":                         func() any { return new(corev1.Service) },
		"v1/ConfigMap":                       func() any { return new(corev1.ConfigMap) },
		"policy/v1/PodDisruptionBudget":      func() any { return new(policyv1.PodDisruptionBudget) },
		"networking.k8s.io/v1/NetworkPolicy": func() any { return new(networkingv1.NetworkPolicy) },
	}
	for _, r := range all.Resources() {
		kind := r.GetApiVersion() + "/" + r.GetKind()
		into := kinds[kind]
		if into == nil {
			return fmt.Errorf("%s %s: no type for it here", kind, r.GetName())
		}
		text, err := r.AsYAML()
		if err == nil {
			err = yaml.UnmarshalStrict(text, into())
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", kind, r.GetName(), err)
		}
	}
	return nil
}

// compose reads the file as docker compose does.
func compose(file string) error {
	o, err := cli.NewProjectOptions([]string{file}, cli.WithEnv([]string{"GNLLVIZ_TOKEN=12345678"}))
	if err != nil {
		return err
	}
	_, err = o.LoadProject(context.Background())
	return err
}

// grafana reads the dashboard without members that dashboards do not have, and its queries.
func grafana(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	plugins.RegisterDefaultPlugins()
	var d dashboard.Dashboard
	for _, err := range []error{d.UnmarshalJSONStrict(text), d.Validate()} {
		var list cog.BuildErrors // which is not nil where it is empty
		if err != nil && !(errors.As(err, &list) && len(list) == 0) {
			return err
		}
	}
	var queries struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &queries); err != nil {
		return err
	}
	for _, p := range queries.Panels {
		for _, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(q.Expr)
			if _, err := parser.NewParser(parser.Options{}).ParseExpr(expr); err != nil {
				return fmt.Errorf("panel %q: %s: %w", p.Title, q.Expr, err)
			}
		}
	}
	return nil
}
