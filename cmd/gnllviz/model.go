package main

import (
	"os"
	"path/filepath"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/spf13/cobra"
)

// readModel reads the model that a flag names with what it takes to train on, of which
// no more than the columns that were chosen are kept.
func readModel(c *cobra.Command, flag, path string) (*export.Model, error) {
	m, err := readPredictor(c, flag, path)
	if err != nil {
		return nil, err
	}
	if err := capture.Settle(m, limits()); err != nil {
		return nil, mistakef("--%s %s: %w", flag, modelFile(path), err)
	}
	return m, nil
}

// readPredictor reads the model that a flag names, to predict with: a folder that train
// made, a file, or standard input.
func readPredictor(c *cobra.Command, flag, path string) (*export.Model, error) {
	if path == "" {
		return nil, mistakef("--%s FOLDER|FILE is missing: name a model made by train or by the page", flag)
	}
	file := modelFile(path)
	r, done, err := openInput(c, file)
	if err != nil {
		return nil, mistakef("--%s: %w", flag, err)
	}
	defer done()
	m, err := export.Read(r)
	if err != nil {
		return nil, mistakef("--%s %s: %w", flag, file, err)
	}
	return m, nil
}

// checkpointFile is the file of a folder from which training continues.
const checkpointFile = "model.json"

// modelFile returns the file of a model that a path means: of a folder what train wrote
// into it.
func modelFile(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, checkpointFile)
	}
	return path
}

// aboutRows is what help says of --no-rows.
const aboutRows = "leave the training data out of the files: there are no tables of predictions then, and --resume needs the same --train FILE again"

const modelUsage = "`folder` made by train --out, or a model file: JSON, safetensors, ONNX, or an archive with one; - is standard input"
